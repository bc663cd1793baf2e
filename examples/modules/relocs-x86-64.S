/* SPDX-License-Identifier: Apache-2.0
 *
 * relocs: every relocation that the x86-64 kernel applies, at any byte, with addends that count from the end of the instruction.
 * The symbols: relocs_far has a kernel address, relocs_low fits 32 bits without a sign, relocs_wide is any 64 bits.
 */
        .section .note.GNU-stack, "", @progbits

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=Every relocation"

        .text
        .globl  relocs_code
        .type   relocs_code, @function
relocs_code:
        movq    $relocs_far, %rax                       # R_X86_64_32S
        movq    $relocs_far + 0x1234, %r9
        movq    relocs_table(, %rdi, 8), %rax
        movq    relocs_table - 8(, %rdi, 8), %r8
        cmpq    $relocs_far - 1, (%rsi)
        movl    $relocs_low, %eax                       # R_X86_64_32
        movl    $relocs_low - 0x100, %r8d
        movabsq $relocs_wide, %rdx                      # R_X86_64_64
        movabsq $relocs_far - 4, %r10
        nop
        movq    relocs_far(%rip), %rax                  # R_X86_64_PC32, - 4
        leaq    relocs_far + 0x12345(%rip), %r11
        cmpb    $5, relocs_far(%rip)                    # - 5: a byte follows
        cmpw    $0x1234, relocs_far(%rip)               # - 6
        movl    $0x12345678, relocs_far(%rip)           # - 8
        movl    $relocs_low, relocs_table + 4(%rip)     # two in one instruction
        call    relocs_far                              # R_X86_64_PLT32, - 4
        call    relocs_far + 16
        jmp     relocs_far
        jne     relocs_far
        call    relocs_unlikely
        js      relocs_unlikely + 1
        call    *relocs_far(%rip)
        jmp     *relocs_table(, %rax, 8)
        .reloc  ., R_X86_64_NONE, relocs_far
        .byte   0xe8, 0x11, 0x22, 0x33, 0x44            # NONE changes nothing
        ret
        .size   relocs_code, . - relocs_code

        .section .text.unlikely, "ax", @progbits
        .globl  relocs_unlikely
        .type   relocs_unlikely, @function
relocs_unlikely:
        incl    relocs_table(%rip)
        jmp     relocs_code + 1
        .size   relocs_unlikely, . - relocs_unlikely

        .section .init.text, "ax", @progbits
        .globl  init_module
        .type   init_module, @function
init_module:
        leaq    relocs_table + 8(%rip), %rdi
        jmp     relocs_code
        .size   init_module, . - init_module

        .section .exit.text, "ax", @progbits
        .globl  cleanup_module
        .type   cleanup_module, @function
cleanup_module:
        ret
        .size   cleanup_module, . - cleanup_module

/* Data of each width; the second half lies at odd places. */
        .data
        .balign 16
        .globl  relocs_table
relocs_table:
        .quad   relocs_wide, relocs_far - 1, relocs_table + 0x18, relocs_code + 7
        .quad   relocs_far - ., relocs_wide + 5 - .     # R_X86_64_PC64
        .long   relocs_low, relocs_low + 3
        .long   relocs_far - ., relocs_unlikely + 2 - .
        .byte   0x5a
        .quad   relocs_wide + 1
        .quad   relocs_far + 4 - .
        .long   relocs_low + 2
        .long   relocs_far + 5 - .
        .byte   0xa5
