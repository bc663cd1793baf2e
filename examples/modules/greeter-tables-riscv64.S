/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter's tables that the RISC-V kernel sorts. The entries stand in an order that is not that of their addresses. A self-relative
 * field is a pair of relocations, ADD and SUB.
 */
        .section .note.GNU-stack, "", @progbits

        .text
/* Three loads that may fault: the exception table names them third, first, second: {instruction, fixup, type, data}. */
        .globl  greeter_peek
        .type   greeter_peek, @function
greeter_peek:
.Lfirst:
        ld      a1, 0(a0)
.Lsecond:
        ld      a2, 8(a0)
.Lthird:
        ld      a3, 16(a0)
        add     a0, a1, a2
        add     a0, a0, a3
.Lpeeked:
        ret
.Lfault:
        li      a0, -14
        j       .Lpeeked
.Lfault_far:
        li      a0, -22
        j       .Lpeeked
        .size   greeter_peek, . - greeter_peek

        .section __ex_table, "a", @progbits
        .balign 4
        .4byte  .Lthird - ., .Lfault_far - .
        .2byte  2, 0x0063
        .4byte  .Lfirst - ., .Lfault - .
        .2byte  3, 0x0021
        .4byte  .Lsecond - ., .Lfault - .
        .2byte  2, 0x0042

/* Two jump labels: a nop and a jump of 4 bytes, as compiled for keys that are false. Sorted by key, greeter_quiet's comes first. */
        .text
        .balign 4
        .globl  greeter_branch
        .type   greeter_branch, @function
greeter_branch:
        .option push
        .option norvc
.Lnop_site:
        nop
.Ljump_site:
        j       .Lquiet
        .option pop
        addi    a0, a0, 1
        ret
.Lloud:
        addi    a0, a0, 2
        ret
.Lquiet:
        addi    a0, a0, 3
        ret
        .size   greeter_branch, . - greeter_branch

        .section __jump_table, "aw", @progbits
        .balign 8
        .4byte  .Lnop_site - ., .Lloud - .
        .8byte  greeter_verbose - .
        .4byte  .Ljump_site - ., .Lquiet - .
        .8byte  greeter_quiet + 1 - .

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

/* Within the 2 GB that code reaches. */
        .globl  greeter_magic
        .set    greeter_magic, 0xffffffff1234a678

        .section .note.modrt, "a", @note
        .balign 4
        .4byte  6, 4, 1
        .asciz  "modrt"
        .balign 4
        .4byte  0x20260101
