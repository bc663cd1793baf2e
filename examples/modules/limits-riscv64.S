/* SPDX-License-Identifier: Apache-2.0
 *
 * limits: one relocation of each kind that has a range, alone in a section with a symbol of its own. The kernel tests the range
 * of those of two instructions alone, so for branches there are only the last values within.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=The limits of relocations"

        .option norelax
        .section .text.call, "ax", @progbits
        call    limit_call
        .section .text.pcrel, "ax", @progbits
1:      auipc   a0, %pcrel_hi(limit_pcrel)
        ld      a0, %pcrel_lo(1b)(a0)
        .section .text.jal, "ax", @progbits
        jal     ra, limit_jal
        .section .text.branch, "ax", @progbits
        .reloc  ., R_RISCV_BRANCH, limit_branch
        .4byte  0x00b50063                              # beq a0, a1, 0
        .section .text.rvc_jump, "ax", @progbits
        .reloc  ., R_RISCV_RVC_JUMP, limit_rvc_jump
        .2byte  0xa001                                  # c.j 0
        .section .text.rvc_branch, "ax", @progbits
        .reloc  ., R_RISCV_RVC_BRANCH, limit_rvc_branch
        .2byte  0xc101                                  # c.beqz a0, 0
