/* Each relocation type in each kind of place, with addends. */
        .section .note.GNU-stack, "", @progbits
        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "name=relocs"
        .section .gnu.linkonce.this_module, "aw", @progbits
        .skip   12                                  # struct module has the name here
        .asciz  "relocs"
        .org    0x240

        .text
        .globl  first
        .type   first, @function
first:  movl    $far, %eax                          # R_386_32, in an instruction
        movl    $far + 0x1234, %ecx
        movl    table - 4(, %edx, 4), %eax
        call    far                                 # R_386_PC32, with the addend -4
        call    far@PLT                             # R_386_PLT32
        jmp     far + 16
        jne     second
        ret
        .section .text.unlikely, "ax", @progbits
        .globl  second
        .type   second, @function
second: incl    table
        jmp     first + 1

        .data
        .globl  table
table:  .long   far, far + 3, first + 7, table + 8
        .long   far - ., second + 2 - .             # R_386_PC32, in data
        .byte   0x5a
        .long   far + 1                             # at an odd place
        .long   far - 1 - .
