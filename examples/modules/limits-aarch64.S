/* SPDX-License-Identifier: Apache-2.0
 *
 * limits: one relocation of each kind that has a range, alone in a section with a symbol of its own, so that a link can put the
 * symbol at the last value in range or at the first out of it.
 */
#include "asm-aarch64.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=GPL"
        .asciz  "description=The limits of relocations"

        .macro  code kind, instruction:vararg
        .section .text.\kind, "ax", %progbits
        \instruction
        .endm
        .macro  datum kind, directive:vararg
        .section .data.\kind, "aw", %progbits
        \directive
        .endm

        code    uabs_g0, movz x0, #:abs_g0:limit_uabs_g0
        code    uabs_g1, movz x0, #:abs_g1:limit_uabs_g1
        code    uabs_g2, movz x0, #:abs_g2:limit_uabs_g2
        code    sabs_g0, movz x0, #:abs_g0_s:limit_sabs_g0
        code    sabs_g1, movz x0, #:abs_g1_s:limit_sabs_g1
        code    sabs_g2, movz x0, #:abs_g2_s:limit_sabs_g2
        code    prel_g0, movz x0, #:prel_g0:limit_prel_g0
        code    prel_g1, movz x0, #:prel_g1:limit_prel_g1
        code    prel_g2, movz x0, #:prel_g2:limit_prel_g2
        code    lo19, ldr x0, limit_lo19
        code    lo21, adr x0, limit_lo21
        code    page21, adrp x0, limit_page21
        code    tstbr14, tbz x0, #1, limit_tstbr14
        code    condbr19, b.ne limit_condbr19
        code    call26, bl limit_call26
        code    jump26, b limit_jump26
        datum   abs16, .2byte limit_abs16, 0
        datum   abs32, .4byte limit_abs32
        datum   prel16, .2byte limit_prel16 - ., 0
        datum   prel32, .4byte limit_prel32 - .
