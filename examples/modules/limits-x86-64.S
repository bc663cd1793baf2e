/* SPDX-License-Identifier: Apache-2.0
 *
 * limits: one relocation of each kind that has a range, alone in a section with a symbol of its own. The kernel does not test the range
 * of PC32, so for it there are only the last values within.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=The limits of relocations"

        .section .text.32s, "ax", @progbits
        movq    $limit_32s, %rax
        .section .text.pc32, "ax", @progbits
        call    limit_pc32
        .section .data.32, "aw", @progbits
        .long   limit_32
