/* SPDX-License-Identifier: Apache-2.0
 *
 * pairs: every way in which HI16 and LO16 come together. In REL (o32) the addend of a HI16 is half in its own word and
 * half in the next LO16 of its symbol, so the order of the entries matters; in RELA (n64) each stands alone. Offsets are
 * such that the low half is negative, carries, or does neither.
 */
#include "asm.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=Apache-2.0"            /* not compatible with the GPL for the loader: taint P */
        .asciz  "description=HI16 and LO16 in all their orders"

        .macro  offset value
        lui     $2, %hi(pairs_external + \value)
        ADDIU   $2, $2, %lo(pairs_external + \value)
        .endm

        .text
        function pairs_plain
        offset  0
        offset  4
        offset  0x7ffc
        offset  0x7fff
        offset  0x8000
        offset  0xfffc
        offset  0x10000
        offset  0x12348000
        offset  -4
        offset  -0x8000
        offset  -0x8004
        jr      $31
        nop
        end_function pairs_plain

/* Three HI16 for one LO16, as common code at the ends of branches gives. */
        function pairs_many_high
        beq     $4, $0, .Luse
        lui     $2, %hi(pairs_external + 0x18000)
        beq     $5, $0, .Luse
        lui     $2, %hi(pairs_external + 0x18000)
        lui     $2, %hi(pairs_external + 0x18000)
.Luse:
        jr      $31
        lw      $2, %lo(pairs_external + 0x18000)($2)
        end_function pairs_many_high

/* Three LO16 for one HI16: only the first gives the HI16 its low part; the others are within the same 64 KB. */
        function pairs_many_low
        lui     $2, %hi(pairs_table + 8)
        lw      $3, %lo(pairs_table + 8)($2)
        lw      $4, %lo(pairs_table + 12)($2)
        sw      $5, %lo(pairs_table)($2)
        jr      $31
        nop
        end_function pairs_many_low

/* Two pairs interlaced, one of a section, one of an external; and a store and a load through one HI16. */
        function pairs_interlaced
        lui     $2, %hi(pairs_table)
        lui     $3, %hi(pairs_other)
        ADDIU   $2, $2, %lo(pairs_table)
        ADDIU   $3, $3, %lo(pairs_other)
        lui     $4, %hi(pairs_other + 0x9000)
        lbu     $5, %lo(pairs_other + 0x9000)($4)
        sb      $5, %lo(pairs_other + 0x9000)($4)
        jr      $31
        nop
        end_function pairs_interlaced

/* Words: plain, with an addend, negative, and one that wraps at 32 bits. */
        .data
        .balign 8
        .globl  pairs_table
pairs_table:
        .word   0x11111111, 0x22222222, 0x33333333, 0x44444444
        PTR     pairs_table + 12, pairs_external, pairs_external - 1, pairs_external + 0x7fffffff, pairs_plain + 4
