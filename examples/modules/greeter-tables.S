/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter's tables that the kernel sorts. The entries stand in an order that is not that of their addresses.
 */
#include "asm.h"

        .text
/* Three loads that may fault: the exception table names them third, first, second. The way back from a fault is a `j`
 * from .fixup into .text: the one R_MIPS_26 that a module with long calls has. */
        function greeter_peek
.Lfirst:
        LOAD    $2, 0($4)
.Lsecond:
        LOAD    $3, 8($4)
.Lthird:
        LOAD    $8, 16($4)
        addu    $2, $2, $3
        addu    $2, $2, $8
.Lpeeked:
        jr      $31
        nop
        end_function greeter_peek

        .section .fixup, "ax", %progbits
        .balign 4
.Lfault:
        j       .Lpeeked
        addiu   $2, $0, -14
.Lfault_far:
        j       .Lpeeked + 4
        addiu   $2, $0, -22

        .section __ex_table, "a", %progbits
        .balign 1 << PTR_SHIFT
        PTR     .Lthird, .Lfault_far
        PTR     .Lfirst, .Lfault
        PTR     .Lsecond, .Lfault

/* Two jump labels. At load the first becomes a nop (key false, branch 0), the second stays a jump (key false, branch 1);
 * sorted by key, greeter_quiet's comes first. */
        .text
        function greeter_branch
.Lnop_site:
#if __mips_isa_rev >= 6
        bc      .Lnop_next
.Lnop_next:
#else
        b       .Lnop_next
        nop
.Lnop_next:
#endif
.Ljump_site:
#if __mips_isa_rev >= 6
        bc      .Lquiet
#else
        j       .Lquiet
        nop
#endif
        jr      $31
        addiu   $2, $4, 1
.Lloud:
        jr      $31
        addiu   $2, $4, 2
.Lquiet:
        jr      $31
        addiu   $2, $4, 3
        end_function greeter_branch

        .section __jump_table, "aw", %progbits
        .balign 1 << PTR_SHIFT
        PTR     .Lnop_site, .Lloud, greeter_verbose
        PTR     .Ljump_site, .Lquiet, greeter_quiet + 1

/* struct static_key {int enabled; unsigned long type;}: both false at first. */
        .data
        .balign 8
        .globl  greeter_quiet
        .type   greeter_quiet, %object
        .size   greeter_quiet, 2 << PTR_SHIFT
greeter_quiet:
        .space  2 << PTR_SHIFT
        .globl  greeter_verbose
        .type   greeter_verbose, %object
        .size   greeter_verbose, 2 << PTR_SHIFT
greeter_verbose:
        .space  2 << PTR_SHIFT

        .globl  greeter_magic
        .set    greeter_magic, 0x1234a678

        .section .note.modrt, "a", %note
        .balign 4
        .word   6, 4, 1
        .asciz  "modrt"
        .balign 4
        .word   0x20260101
