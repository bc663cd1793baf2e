/* SPDX-License-Identifier: Apache-2.0
 *
 * relocs: every relocation that the AArch64 kernel applies, with addends, and places of data at any byte. The symbols: relocs_far has
 * a kernel address, relocs_wide 48 bits, relocs_small 32, relocs_half 16, relocs_negative is a little below 0; relocs_near lies
 * within 32 KB of .text, relocs_beside of .data. The first and the last byte in reach are in limits-aarch64.S.
 */
#include "asm-aarch64.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=GPL"
        .asciz  "description=Every relocation"

/* A move of each 16 bits of a value: absolute, unsigned and signed; relative to the place. */
        .text
        function relocs_moves
        movz    x0, #:abs_g3:relocs_far                 // R_AARCH64_MOVW_UABS_G3
        movk    x0, #:abs_g2_nc:relocs_far              // R_AARCH64_MOVW_UABS_G2_NC
        movk    x0, #:abs_g1_nc:relocs_far              // R_AARCH64_MOVW_UABS_G1_NC
        movk    x0, #:abs_g0_nc:relocs_far              // R_AARCH64_MOVW_UABS_G0_NC
        movz    x1, #:abs_g3:relocs_far + 0x12345678
        movk    x1, #:abs_g2_nc:relocs_far + 0x12345678
        movk    x1, #:abs_g1_nc:relocs_far + 0x12345678
        movk    x1, #:abs_g0_nc:relocs_far + 0x12345678
        movz    x2, #:abs_g2:relocs_wide                // R_AARCH64_MOVW_UABS_G2
        movz    x3, #:abs_g1:relocs_small               // R_AARCH64_MOVW_UABS_G1
        movz    x4, #:abs_g0:relocs_half                // R_AARCH64_MOVW_UABS_G0
        movz    x4, #:abs_g0:relocs_half - 1
        movn    x5, #:abs_g0_s:relocs_half              // R_AARCH64_MOVW_SABS_G0: becomes movz
        movz    x5, #:abs_g0_s:relocs_negative          // and movn
        movz    w5, #:abs_g0_s:relocs_negative - 1
        movz    x6, #:abs_g1_s:relocs_small             // R_AARCH64_MOVW_SABS_G1
        movz    x6, #:abs_g1_s:relocs_negative
        movz    x7, #:abs_g2_s:relocs_far               // R_AARCH64_MOVW_SABS_G2
        movn    x7, #:abs_g2_s:relocs_wide
        movz    x7, #:abs_g2_s:relocs_negative + 0x2000
        movz    x8, #:prel_g3:relocs_far                // R_AARCH64_MOVW_PREL_G3
        movk    x8, #:prel_g2_nc:relocs_far + 4         // R_AARCH64_MOVW_PREL_G2_NC
        movk    x8, #:prel_g1_nc:relocs_far + 8         // R_AARCH64_MOVW_PREL_G1_NC
        movk    x8, #:prel_g0_nc:relocs_far + 12        // R_AARCH64_MOVW_PREL_G0_NC
        movz    x9, #:prel_g2:relocs_far                // R_AARCH64_MOVW_PREL_G2
        movz    x10, #:prel_g1:relocs_far               // R_AARCH64_MOVW_PREL_G1
        movz    x11, #:prel_g0:relocs_near              // R_AARCH64_MOVW_PREL_G0
        movk    x11, #:prel_g0_nc:relocs_near - 0x9000
        ret
        end_function relocs_moves

/* Pages and what is within them, of externals, of this section and of others. */
        function relocs_pages
        adrp    x0, relocs_far                          // R_AARCH64_ADR_PREL_PG_HI21
        adrp    x1, relocs_far + 0xfff
        adrp    x2, relocs_far - 0x12345
        adrp    x3, :pg_hi21_nc:relocs_far              // R_AARCH64_ADR_PREL_PG_HI21_NC
        adrp    x4, :pg_hi21_nc:relocs_wide
        adrp    x5, relocs_table + 24
        adrp    x6, relocs_pages
        add     x0, x0, :lo12:relocs_far                // R_AARCH64_ADD_ABS_LO12_NC
        add     w1, w1, :lo12:relocs_far + 0xfff
        add     x5, x5, :lo12:relocs_table + 24
        ldrb    w2, [x0, :lo12:relocs_far + 1]          // R_AARCH64_LDST8_ABS_LO12_NC
        strb    w2, [x0, :lo12:relocs_far + 2]
        ldrsb   x2, [x0, :lo12:relocs_table + 3]
        ldrh    w3, [x0, :lo12:relocs_far + 2]          // R_AARCH64_LDST16_ABS_LO12_NC
        strh    w3, [x0, :lo12:relocs_table + 6]
        ldr     w4, [x0, :lo12:relocs_far + 4]          // R_AARCH64_LDST32_ABS_LO12_NC
        str     w4, [x0, :lo12:relocs_table + 12]
        ldrsw   x4, [x0, :lo12:relocs_far + 0x7f4]
        ldr     x5, [x0, :lo12:relocs_far + 8]          // R_AARCH64_LDST64_ABS_LO12_NC
        str     x5, [x0, :lo12:relocs_table + 24]
        prfm    pldl1keep, [x0, :lo12:relocs_table + 32]
        ldr     q6, [x0, :lo12:relocs_far + 16]         // R_AARCH64_LDST128_ABS_LO12_NC
        str     q6, [x0, :lo12:relocs_table + 16]
        ret
        end_function relocs_pages

/* What reaches 1 MB, 32 KB and 128 MB, forwards and backwards. */
        function relocs_branches
        ldr     x0, relocs_near                         // R_AARCH64_LD_PREL_LO19
        ldr     w0, relocs_near - 0x7000
        ldrsw   x0, relocs_unlikely + 4
        adr     x1, relocs_near                         // R_AARCH64_ADR_PREL_LO21
        adr     x1, relocs_near + 1
        adr     x1, relocs_near - 0x7ffe
        adr     x1, relocs_table + 3
        tbz     w2, #5, relocs_near                     // R_AARCH64_TSTBR14
        tbnz    x2, #45, relocs_near - 0x7000
        b.eq    relocs_near                             // R_AARCH64_CONDBR19
        b.lt    relocs_near - 0x4ff0
        cbz     x3, relocs_unlikely
        cbnz    w3, relocs_near + 8
        b       relocs_far                              // R_AARCH64_JUMP26
        b       relocs_near + 4
        bl      relocs_far                              // R_AARCH64_CALL26
        bl      relocs_near - 0x5000
        bl      relocs_unlikely
        b       relocs_unlikely + 8
        .reloc  ., R_AARCH64_NONE, relocs_far           // numbers 0 and 256
        nop
        .reloc  ., R_AARCH64_NULL, relocs_far
        ret
        end_function relocs_branches

        .section .text.unlikely, "ax", %progbits
        function relocs_unlikely, .text.unlikely
        bl      relocs_branches
        bl      relocs_moves + 4
        b       relocs_far - 4
        end_function relocs_unlikely

        .section .init.text, "ax", %progbits
        function init_module, .init.text
        adrp    x0, relocs_table
        add     x0, x0, :lo12:relocs_table
        b       relocs_pages
        end_function init_module

        .section .exit.text, "ax", %progbits
        function cleanup_module, .exit.text
        ret
        end_function cleanup_module

/* Data of each width; the second half lies at odd places. */
        .data
        .balign 16
        .globl  relocs_table
relocs_table:
        .8byte  relocs_far                              // R_AARCH64_ABS64
        .8byte  relocs_far - 1
        .8byte  relocs_table + 0x18
        .8byte  relocs_negative + 0x7fffffffffff
        .8byte  relocs_far - .                          // R_AARCH64_PREL64
        .8byte  relocs_half + 3 - .
        .4byte  relocs_small                            // R_AARCH64_ABS32
        .4byte  relocs_half - 1
        .4byte  relocs_far - .                          // R_AARCH64_PREL32
        .4byte  relocs_pages + 8 - .
        .2byte  relocs_half                             // R_AARCH64_ABS16
        .2byte  relocs_half - 0x100
        .2byte  relocs_beside - .                       // R_AARCH64_PREL16
        .2byte  relocs_beside - 0x7000 - .
        .byte   0x5a
        .8byte  relocs_far + 1
        .4byte  relocs_small + 2
        .2byte  relocs_half + 3
        .8byte  relocs_far + 4 - .
        .4byte  relocs_far + 5 - .
        .2byte  relocs_beside + 6 - .
        .byte   0xa5
