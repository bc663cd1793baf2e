/* SPDX-License-Identifier: Apache-2.0
 *
 * absolute: absolute addresses in code, HI20 and LO12. Kernels that are not built for it (Debian's are not) refuse HI20.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=Absolute addresses in code"

        .text
        .option norelax
        .globl  absolute_code
absolute_code:
        lui     a0, %hi(absolute_far)                   # R_RISCV_HI20
        addi    a0, a0, %lo(absolute_far)               # R_RISCV_LO12_I
        ld      a1, %lo(absolute_far + 8)(a0)
        sd      a1, %lo(absolute_far - 4)(a0)           # R_RISCV_LO12_S
        lui     a0, %hi(absolute_far + 0x800)
        sb      a1, %lo(absolute_far + 0x800)(a0)
        lui     a0, %hi(absolute_low)
        lw      a1, %lo(absolute_low)(a0)
        lui     a0, %hi(absolute_low - 0x801)
        sw      a1, %lo(absolute_low - 0x801)(a0)
        ret
