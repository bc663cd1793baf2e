/* SPDX-License-Identifier: Apache-2.0
 *
 * uleb128: relocations that Debian 12's binutils do not know, or get wrong (they add the addend of a SUB), so LLVM's assembler and
 * linker make this module and its golden words.
 * Values need all the bytes that are reserved for them: where they need fewer, the linker fills and the kernel does not.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=Numbers of 7 bits a byte"

        .text
        .option norelax
        .globl  uleb128_code
uleb128_code:
        nop
        nop
uleb128_after:
        ret

        .data
        .globl  uleb128_table
uleb128_table:
        .reloc  ., R_RISCV_SET_ULEB128, uleb128_after
        .reloc  ., R_RISCV_SUB_ULEB128, uleb128_code
        .byte   0
        .reloc  ., R_RISCV_SET_ULEB128, uleb128_far + 0x7f
        .reloc  ., R_RISCV_SUB_ULEB128, uleb128_far
        .byte   0
        .reloc  ., R_RISCV_SET_ULEB128, uleb128_far + 0x80
        .reloc  ., R_RISCV_SUB_ULEB128, uleb128_far
        .byte   0x80, 0
        .reloc  ., R_RISCV_SET_ULEB128, uleb128_far
        .reloc  ., R_RISCV_SUB_ULEB128, uleb128_far - 0x3fff
        .byte   0x80, 0
        .reloc  ., R_RISCV_SET_ULEB128, uleb128_end - 2
        .reloc  ., R_RISCV_SUB_ULEB128, uleb128_far + 1
        .byte   0x80, 0x80, 0
        .byte   0x5a
        .balign 4
        .reloc  ., R_RISCV_PLT32, uleb128_far
        .4byte  0
        .reloc  ., R_RISCV_PLT32, uleb128_code + 4
        .4byte  0
        .reloc  ., R_RISCV_SET32, uleb128_end
        .reloc  ., R_RISCV_SUB32, uleb128_far - 9
        .4byte  0
        .reloc  ., R_RISCV_ADD64, uleb128_far + 1
        .reloc  ., R_RISCV_SUB64, uleb128_end + 0x7fff
        .8byte  0
