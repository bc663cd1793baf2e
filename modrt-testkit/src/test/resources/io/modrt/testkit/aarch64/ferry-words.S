/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocations that C does not give: b to a symbol, 32-bit and relative words, an exception table out of order. */
        .text
        .balign 4
        .globl  ferry_tail
        .type   ferry_tail, %function
ferry_tail:
first:  nop
second: nop
        b       ferry_elsewhere                 // R_AARCH64_JUMP26
        .size   ferry_tail, . - ferry_tail

        .section .rodata, "a"
        .balign 8
ferry_words:
        .xword  jiffies + 8                     // R_AARCH64_ABS64
        .xword  ferry_words - 16 - .            // within the section: no relocation, a constant
        .xword  jiffies - .                     // R_AARCH64_PREL64
        .word   ferry_small                     // R_AARCH64_ABS32
        .word   ferry_tail - .                  // R_AARCH64_PREL32

        .section __ex_table, "a"
        .balign 4
        .word   second - ., first - ., 0x22222222
        .word   first - ., second - ., 0x11111111

        .section .note.GNU-stack, "", %progbits
