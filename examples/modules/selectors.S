/* SPDX-License-Identifier: Apache-2.0
 *
 * selectors: PA-RISC's relocations of data and of addresses in code, each with addends that carry. LR' rounds the addend to a
 * multiple of 8192, RR' gives back what it took: around 0x1000 both change, and RR' becomes negative. What GNU ld does otherwise
 * than the kernel (GOT and descriptors, 64 bit) is in sections of its own.
 */
#include "asm-parisc.h"

        .section .modinfo, "a", @progbits
        .asciz  "license=Apache-2.0"
        .asciz  "description=Addresses cut in two"

        .text
#ifdef __LP64__
        function selectors_near
        b,l     selectors_leaf, %rp
        nop
        b,l     selectors_leaf + 8, %rp
        nop
        b,l     selectors_near - 4, %rp
        nop
        return
        end_function selectors_near
#else
        .macro  both addend
        ldil    LR'selectors_external + \addend, %r1
        ldo     RR'selectors_external + \addend(%r1), %r20
        addil   LR'selectors_external - $global$ + \addend, %dp
        ldw     RR'selectors_external - $global$ + \addend(%r1), %r21
        .endm

        function selectors_pairs
        both    0
        both    1
        both    4
        both    0x7ff
        both    0x800
        both    0xfff
        both    0x1000
        both    0x1004
        both    0x1fff
        both    0x2000
        both    0x2fff
        both    0x3000
        both    0x12345678
        both    -1
        both    -4
        both    -0x1000
        both    -0x1001
        both    -0x2000
        both    -0x2001
/* One upper half for stores, bytes and half words, as compilers share it. */
        addil   LR'selectors_data - $global$, %dp
        stw     %r20, RR'selectors_data - $global$(%r1)
        sth     %r20, RR'selectors_data - $global$ + 6(%r1)
        stb     %r20, RR'selectors_data - $global$ + 9(%r1)
        ldw     RR'selectors_data - $global$ + 0xffc(%r1), %r21
        return
        end_function selectors_pairs

/* 17 bits, forwards and backwards, to other sections, with addends; 22 bits with PA 2.0. */
        function selectors_near
        bl      selectors_leaf, %rp
        nop
        bl      selectors_leaf + 8, %rp
        nop
        bl,n    selectors_near - 4, %r0
        bl      selectors_external, %r31
        nop
        .level  2.0
        b,l     selectors_leaf, %rp
        nop
        b,l     selectors_external + 4, %rp
        nop
        .level  1.1
        return
        end_function selectors_near
#endif

        .section .text.leaf, "ax", @progbits
        function selectors_leaf
#ifdef __LP64__
        b,l     selectors_near, %rp
#else
        bl      selectors_near, %rp
#endif
        nop
        nop
        return
        end_function selectors_leaf

        .data
        .balign 8
        .globl  selectors_data
        .type   selectors_data, @object
        .size   selectors_data, 4 << PTR_SHIFT
selectors_data:
        PTR     selectors_external, selectors_external + 0x1004, selectors_data - 8, selectors_leaf + 4
        .word   selectors_external - ., selectors_leaf - . - 4
#ifdef __LP64__
        PTR     selectors_external - ., selectors_data - . + 0x7ff

/* The kernel takes slots in the order of use; two pairs for one address share one. */
        .section .text.slots, "ax", @progbits
        .globl  selectors_slots
        .type   selectors_slots, @function
selectors_slots:
        addil   LT'selectors_external, %r27
        ldd     RT'selectors_external(%r1), %r20
        addil   LT'selectors_data, %r27
        ldd     RT'selectors_data(%r1), %r21
        addil   LT'selectors_external, %r27
        ldd     RT'selectors_external(%r1), %r22
        b,l     selectors_far, %rp
        nop
        b,l     $$selectors_millicode, %rp
        nop
        b,l     selectors_far, %rp
        nop
        return
        end_function selectors_slots

        .section .data.pointers, "aw", @progbits
        .balign 8
        PTR     P%selectors_leaf, P%selectors_near, P%selectors_leaf, P%selectors_far
#else
        .word   P%selectors_leaf, P%selectors_external
#endif
