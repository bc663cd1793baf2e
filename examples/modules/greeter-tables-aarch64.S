/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter's tables that the AArch64 kernel sorts or acts on. The sorted ones stand in an order that is not that of their addresses.
 */
#include "asm-aarch64.h"

        .text
/* Three loads that may fault: the exception table names them third, first, second. Each entry has a type and 16 bits of
 * data, which move with it: {instruction, fixup, type, data}. */
        function greeter_peek
.Lfirst:
        ldr     x1, [x0]
.Lsecond:
        ldr     x2, [x0, #8]
.Lthird:
        ldr     x3, [x0, #16]
        add     x0, x1, x2
        add     x0, x0, x3
.Lpeeked:
        ret
.Lfault:
        mov     x0, #-14
        b       .Lpeeked
.Lfault_far:
        mov     x0, #-22
        b       .Lpeeked
        end_function greeter_peek

        .section __ex_table, "a", %progbits
        .balign 4
        .4byte  .Lthird - ., .Lfault_far - .
        .2byte  2, 0x0063
        .4byte  .Lfirst - ., .Lfault - .
        .2byte  3, 0x0021
        .4byte  .Lsecond - ., .Lfault - .
        .2byte  2, 0x0042

/* Two jump labels: a nop and a branch, as compiled for keys that are false. Sorted by key, greeter_quiet's comes first. */
        .text
        function greeter_branch
.Lnop_site:
        nop
.Ljump_site:
        b       .Lquiet
        add     x0, x0, #1
        ret
.Lloud:
        add     x0, x0, #2
        ret
.Lquiet:
        add     x0, x0, #3
        ret
        end_function greeter_branch

        .section __jump_table, "aw", %progbits
        .balign 8
        .4byte  .Lnop_site - ., .Lloud - .
        .8byte  greeter_verbose - .
        .4byte  .Ljump_site - ., .Lquiet - .
        .8byte  greeter_quiet + 1 - .

/* Alternatives, with the capabilities of Linux 6.1: words alone (14, CRC32); branches out of the replacement, which are to be
 * re-aimed, and one within it (26, LSE_ATOMICS); an adrp (0, always); two records for one place (26, 14); and a call-back, at
 * which the kernel writes nops (1, always). */
        .text
        function greeter_alternate
.Lwords:
        mov     w1, #1
        mov     w2, #2
        mov     w3, #3
.Lwords_end:
        alternative .Lwords, .Lwords_end, .Lnew_words, .Lnew_words_end, 14
.Lbranches:
        nop
        nop
        nop
        nop
        nop
        nop
.Lbranches_end:
        alternative .Lbranches, .Lbranches_end, .Lnew_branches, .Lnew_branches_end, 26
.Lpage:
        nop
        nop
.Lpage_end:
        alternative .Lpage, .Lpage_end, .Lnew_page, .Lnew_page_end, 0
.Ltwice:
        mov     w4, #4
.Ltwice_end:
        alternative .Ltwice, .Ltwice_end, .Lnew_once, .Lnew_once_end, 26
        alternative .Ltwice, .Ltwice_end, .Lnew_twice, .Lnew_twice_end, 14
.Lslow:
        b       .Lalternated
.Lslow_end:
        alternative .Lslow, .Lslow_end, alt_cb_patch_nops, alt_cb_patch_nops, 0x8001
        mov     x0, #1
.Lalternated:
        ret
        end_function greeter_alternate

        .subsection 1
.Lnew_words:
        mov     w1, #11
        mov     w2, #12
        mov     w3, #13
.Lnew_words_end:
.Lnew_branches:
        cbz     x0, .Lalternated
        tbnz    x0, #40, .Lalternated
        b.ne    .Lnew_last
        bl      greeter_peek
        bl      _printk
.Lnew_last:
        b       .Lalternated
.Lnew_branches_end:
.Lnew_page:
        adrp    x5, greeter_quiet
        add     x5, x5, :lo12:greeter_quiet
.Lnew_page_end:
.Lnew_once:
        mov     w4, #14
.Lnew_once_end:
.Lnew_twice:
        mov     w4, #24
.Lnew_twice_end:
        .previous

/* A record of a bug: {place, file, line, flags}. */
        .text
        function greeter_fail
.Lbug:
        brk     #0x800
        ret
        end_function greeter_fail

        .section __bug_table, "aw", %progbits
        .balign 4
        .4byte  .Lbug - ., .Lfile - .
        .2byte  73, 0x0901

        .section .rodata.str, "aMS", %progbits, 1
.Lfile:
        .asciz  "greeter-tables-aarch64.S"

/* struct static_key {int enabled; unsigned long type;}: both false at first. */
        .data
        .balign 8
        .globl  greeter_quiet
        .type   greeter_quiet, %object
        .size   greeter_quiet, 16
greeter_quiet:
        .space  16
        .globl  greeter_verbose
        .type   greeter_verbose, %object
        .size   greeter_verbose, 16
greeter_verbose:
        .space  16

/* Within the 4 GB that code reaches. */
        .globl  greeter_magic
        .set    greeter_magic, 0xffff80001234a678

        .section .note.modrt, "a", %note
        .balign 4
        .4byte  6, 4, 1
        .asciz  "modrt"
        .balign 4
        .4byte  0x20260101
