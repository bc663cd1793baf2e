/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter's tables that the x86-64 kernel sorts or acts on. The sorted ones stand in an order that is not that of their addresses.
 */
        .section .note.GNU-stack, "", @progbits

        .text
/* Three loads that may fault: the exception table names them third, first, second: {instruction, fixup, data}. */
        .globl  greeter_peek
        .type   greeter_peek, @function
greeter_peek:
.Lfirst:
        movq    (%rdi), %rax
.Lsecond:
        addq    8(%rdi), %rax
.Lthird:
        addq    0x1000(%rdi), %rax
.Lpeeked:
        ret
.Lfault:
        movq    $-14, %rax
        jmp     .Lpeeked
.Lfault_far:
        movq    $-22, %rax
        jmp     .Lpeeked
        .size   greeter_peek, . - greeter_peek

        .section __ex_table, "a", @progbits
        .balign 4
        .long   .Lthird - ., .Lfault_far - ., 0x00000303
        .long   .Lfirst - ., .Lfault - ., 0x00000101
        .long   .Lsecond - ., .Lfault - ., 0x00000202

/* Four jump labels, of 2 and of 5 bytes, nops and jumps, as compiled for keys that are false. Sorted by key, those of
 * greeter_quiet come first. */
        .text
        .globl  greeter_branch
        .type   greeter_branch, @function
greeter_branch:
        leaq    1(%rdi), %rax
.Lshort_nop:
        .byte   0x66, 0x90
.Llong_nop:
        .byte   0x0f, 0x1f, 0x44, 0x00, 0x00
.Lshort_jump:
        .byte   0xeb, .Lquiet - . - 1
        ret
.Lloud:
        incq    %rax
.Lquiet:
        incq    %rax
.Llong_jump:
        jmp     .Lfar_away
        ret
        .size   greeter_branch, . - greeter_branch

        .section .text.unlikely, "ax", @progbits
.Lfar_away:
        incq    %rax
        ret

        .section __jump_table, "aw", @progbits
        .balign 8
        .long   .Llong_nop - ., .Lfar_away - .
        .quad   greeter_verbose - .
        .long   .Llong_jump - ., .Lfar_away - .
        .quad   greeter_quiet + 1 - .
        .long   .Lshort_nop - ., .Lloud - .
        .quad   greeter_verbose - .
        .long   .Lshort_jump - ., .Lquiet - .
        .quad   greeter_quiet + 1 - .

/* A lock prefix that a kernel with one CPU changes; and the record of a bug: {place, file, line, flags}. */
        .text
        .globl  greeter_fail
        .type   greeter_fail, @function
greeter_fail:
.Llock:
        lock incl greeter_quiet(%rip)
.Lbug:
        ud2
        .size   greeter_fail, . - greeter_fail

        .section .smp_locks, "a", @progbits
        .balign 4
        .long   .Llock - .

        .section __bug_table, "aw", @progbits
        .balign 4
        .long   .Lbug - ., .Lfile - .
        .word   73, 0x0901

        .section .rodata.str, "aMS", @progbits, 1
.Lfile:
        .asciz  "greeter-tables-x86-64.S"

/* struct static_key {int enabled; unsigned long type;}: both false at first. */
        .data
        .balign 8
        .globl  greeter_quiet
        .type   greeter_quiet, @object
        .size   greeter_quiet, 16
greeter_quiet:
        .space  16
        .globl  greeter_verbose
        .type   greeter_verbose, @object
        .size   greeter_verbose, 16
greeter_verbose:
        .space  16

        .globl  greeter_magic
        .set    greeter_magic, 0x1234a678

        .section .note.modrt, "a", @note
        .balign 4
        .long   6, 4, 1
        .asciz  "modrt"
        .balign 4
        .long   0x20260101
