/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter's tables that the kernel sorts or acts on, for PA-RISC. All entries count from their own fields; they stand in an
 * order that is not that of their addresses.
 */
#include "asm-parisc.h"

        .text
/* Three loads that may fault: the exception table names them third, first, second. The third word of an entry is an
 * instruction that names the register for the error. */
        function greeter_peek
.Lfirst:
        ldw     0(%r26), %r28
.Lsecond:
        ldw     8(%r26), %r20
.Lthird:
        ldw     16(%r26), %r21
        add     %r28, %r20, %r28
        add     %r28, %r21, %r28
.Lpeeked:
        return
.Lfault:
        b       .Lpeeked
        ldi     -14, %r28
.Lfault_far:
        b       .Lpeeked
        ldi     -22, %r28
        end_function greeter_peek

        .section __ex_table, "aw", @progbits
        .balign 4
        .word   .Lthird - ., .Lfault_far - .
        or      %r0, %r0, %r28
        .word   .Lfirst - ., .Lfault - .
        or      %r0, %r0, %r20
        .word   .Lsecond - ., .Lfault - .
        or      %r0, %r0, %r21

/* Two jump labels, a nop and a jump, as the compiler leaves them; sorted by key, greeter_quiet's comes first. */
        .text
        function greeter_branch
.Lnop_site:
        nop
.Ljump_site:
        b,n     .Lquiet
        bv      %r0(%rp)
        ldo     1(%r26), %r28
.Lloud:
        bv      %r0(%rp)
        ldo     2(%r26), %r28
.Lquiet:
/* A barrier that a machine with one CPU has no use for, and two words that QEMU gets in another form. */
.Lbarrier:
        sync
.Lpurge:
        pdtlb   %r0(%sr1, %r26)
        sync
        bv      %r0(%rp)
        ldo     3(%r26), %r28
        end_function greeter_branch

        .section __jump_table, "aw", @progbits
        .balign 1 << PTR_SHIFT
        .word   .Lnop_site - ., .Lloud - .
        PTR     greeter_verbose - .
        .word   .Ljump_site - ., .Lquiet - .
        PTR     greeter_quiet - . + 1

        .section .altinstructions, "a", @progbits
        .balign 4
        .word   .Lbarrier - .
        .half   1, 0x01
        .word   NOP
        .word   .Lpurge - .
        .half   2, 0x20
        .word   NOP

/* struct static_key {int enabled; unsigned long type;}: both false at first. */
        .data
        .balign 8
        .globl  greeter_quiet
        .type   greeter_quiet, @object
        .size   greeter_quiet, 2 << PTR_SHIFT
greeter_quiet:
        .space  2 << PTR_SHIFT
        .globl  greeter_verbose
        .type   greeter_verbose, @object
        .size   greeter_verbose, 2 << PTR_SHIFT
greeter_verbose:
        .space  2 << PTR_SHIFT

        .globl  greeter_magic
        .set    greeter_magic, 0x1234a678

        .section .note.modrt, "a", @note
        .balign 4
        .word   6, 4, 1
        .asciz  "modrt"
        .balign 4
        .word   0x20260101
