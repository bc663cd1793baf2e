/* SPDX-License-Identifier: Apache-2.0
 *
 * relocs: the relocations that the RISC-V kernel of Linux 6.12 applies and this linker knows, without those of absolute code (in
 * absolute-riscv64.S); the rest is in uleb128-riscv64.S. The symbols: relocs_far has a kernel address, relocs_low fits 32 bits;
 * relocs_near lies within 4 KB of .text, relocs_close within 256 bytes; relocs_end is relocs_far and less than 32 bytes, relocs_more
 * and more than 64 KB.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=Every relocation"

        .text
        .option norelax
        .globl  relocs_code
        .type   relocs_code, @function
/* One HI20 for several LO12, for loads and stores; with addends whose low part is negative, and carries. */
relocs_code:
1:      auipc   a0, %pcrel_hi(relocs_far)               # R_RISCV_PCREL_HI20
        addi    a1, a0, %pcrel_lo(1b)                   # R_RISCV_PCREL_LO12_I
        ld      a2, %pcrel_lo(1b)(a0)
        sd      a2, %pcrel_lo(1b)(a0)                   # R_RISCV_PCREL_LO12_S
        sb      a2, %pcrel_lo(1b)(a0)
2:      auipc   a0, %pcrel_hi(relocs_far + 0x7fc)
        lw      a1, %pcrel_lo(2b)(a0)
3:      auipc   a0, %pcrel_hi(relocs_far + 0x800)
        sw      a1, %pcrel_lo(3b)(a0)
4:      auipc   a0, %pcrel_hi(relocs_far - 0x123456)
        jalr    %pcrel_lo(4b)(a0)
5:      auipc   a0, %pcrel_hi(relocs_table + 24)
6:      auipc   a1, %pcrel_hi(relocs_table)
        ld      a2, %pcrel_lo(6b)(a1)                   # two pairs interlaced
        fsd     fa0, %pcrel_lo(5b)(a0)
        c.nop                                           # from here on at odd halfwords
        j       8f
7:      ld      a2, %pcrel_lo(8f)(a0)                   # the HI20 comes later
        sd      a2, %pcrel_lo(8f)(a0)
        ret
8:      auipc   a0, %pcrel_hi(relocs_far + 0x12345)
        j       7b
        .size   relocs_code, . - relocs_code

/* Calls of two instructions, far and near; jumps and branches. Where the assembler would choose another instruction, the
 * relocation is written out. */
        .globl  relocs_branches
        .type   relocs_branches, @function
relocs_branches:
        call    relocs_far                              # R_RISCV_CALL_PLT
        tail    relocs_far + 0x1000
        call    relocs_unlikely
        .reloc  ., R_RISCV_CALL, relocs_far - 0x7fe
        auipc   ra, 0
        jalr    ra
        jal     ra, relocs_near                         # R_RISCV_JAL
        jal     x0, relocs_near - 0xf00
        jal     ra, relocs_unlikely + 6
        .reloc  ., R_RISCV_BRANCH, relocs_near
        .4byte  0x00b50063                              # beq a0, a1, 0
        .reloc  ., R_RISCV_BRANCH, relocs_near - 0x7e2
        .4byte  0x00c5c063                              # blt a1, a2, 0
        .reloc  ., R_RISCV_RVC_BRANCH, relocs_close
        .2byte  0xc101                                  # c.beqz a0, 0
        .reloc  ., R_RISCV_RVC_BRANCH, relocs_code + 0x42
        .2byte  0xe589                                  # c.bnez a1, with another offset in the file
        .reloc  ., R_RISCV_RVC_JUMP, relocs_near
        .2byte  0xa001                                  # c.j 0
        .reloc  ., R_RISCV_RVC_JUMP, relocs_near - 0x5f6
        .2byte  0xa001
        .reloc  ., R_RISCV_RELAX
        ret
        .size   relocs_branches, . - relocs_branches

        .section .text.unlikely, "ax", @progbits
        .globl  relocs_unlikely
        .type   relocs_unlikely, @function
relocs_unlikely:
        call    relocs_branches
        tail    relocs_code + 4
        .size   relocs_unlikely, . - relocs_unlikely

        .section .init.text, "ax", @progbits
        .globl  init_module
        .type   init_module, @function
init_module:
        lla     a0, relocs_table + 8
        tail    relocs_code
        .size   init_module, . - init_module

        .section .exit.text, "ax", @progbits
        .globl  cleanup_module
        .type   cleanup_module, @function
cleanup_module:
        ret
        .size   cleanup_module, . - cleanup_module

/* Data; then sums and differences of each width, at any byte. */
        .data
        .balign 16
        .globl  relocs_table
relocs_table:
        .8byte  relocs_far, relocs_far - 1, relocs_table + 0x18     # R_RISCV_64
        .4byte  relocs_low, relocs_low - 3              # R_RISCV_32
        .8byte  relocs_end - relocs_far                 # R_RISCV_ADD64, R_RISCV_SUB64
        .8byte  relocs_far - relocs_end - 0x7fff
        .8byte  relocs_far + 4 - .
        .4byte  relocs_end - relocs_far                 # R_RISCV_ADD32, R_RISCV_SUB32
        .4byte  relocs_far - relocs_end - 1
        .4byte  relocs_unlikely + 2 - .
        .2byte  relocs_more - relocs_far                # R_RISCV_ADD16, R_RISCV_SUB16: cut
        .2byte  relocs_far - relocs_end
        .byte   relocs_end - relocs_far                 # R_RISCV_ADD8, R_RISCV_SUB8
        .byte   relocs_more + 3 - relocs_far
        .byte   0x5a
        .8byte  relocs_end - relocs_far + 1
        .4byte  relocs_end - relocs_far + 2
        .2byte  relocs_end - relocs_far + 3
        .byte   0xa5
        .balign 4
        .reloc  ., R_RISCV_32_PCREL, relocs_far + 5
        .4byte  0
        .reloc  ., R_RISCV_32_PCREL, relocs_unlikely
        .4byte  0
        .reloc  ., R_RISCV_SET32, relocs_far + 1
        .4byte  0
        .reloc  ., R_RISCV_SET32, relocs_end
        .reloc  ., R_RISCV_SUB32, relocs_far
        .4byte  0
        .reloc  ., R_RISCV_SET16, relocs_more
        .reloc  ., R_RISCV_SUB16, relocs_far
        .2byte  0
        .reloc  ., R_RISCV_SET16, relocs_far + 2
        .2byte  0
        .reloc  ., R_RISCV_SET8, relocs_end
        .reloc  ., R_RISCV_SUB8, relocs_far
        .byte   0
        .reloc  ., R_RISCV_SET8, relocs_far + 3
        .byte   0
        .reloc  ., R_RISCV_SET6, relocs_end             # the two upper bits stay
        .reloc  ., R_RISCV_SUB6, relocs_far
        .byte   0xc0
        .reloc  ., R_RISCV_SET6, relocs_far + 0x3b
        .byte   0x40
        .reloc  ., R_RISCV_SET6, relocs_far
        .reloc  ., R_RISCV_SUB6, relocs_end             # negative: wraps at 6 bits
        .byte   0x80
