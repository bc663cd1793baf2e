/* SPDX-License-Identifier: Apache-2.0
 *
 * farcall: the MIPS report of 2009. Modules lie at 0xc0000000, the kernel at 0x80000000; a `jal` keeps the upper four
 * bits of its own address, so `jal _mcount` in a module cannot reach _mcount. The kernel refuses the module
 * ("relocation overflow"); placed in the kernel's own 256 MB, or with a local stub, it loads.
 */
#include "asm.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=GPL"
        .asciz  "description=Short calls of _mcount"

        .section .rodata.str1.4, "aMS", %progbits, 1
.Lformat:
        .asciz  "farcall: %d\n"

        .text
/* As the compiler writes a leaf: $12 is 0. */
        function farcall_leaf
        or      $12, $0, $0
        mcount_short
        jr      $31
        addiu   $2, $4, 1
        end_function farcall_leaf

/* A frame, a call within the module, and a call of a second far external through two sites. */
        function farcall_outer
        mcount_short
        ADDIU   $29, $29, -32
        STORE   $31, 24($29)
        jal     farcall_leaf
        nop
        or      $5, $2, $0
        lui     $4, %hi(.Lformat)
        jal     _printk
        ADDIU   $4, $4, %lo(.Lformat)
        jal     _printk
        nop
        LOAD    $31, 24($29)
        jr      $31
        ADDIU   $29, $29, 32
        end_function farcall_outer

/* Calls with an addend: into a function of this module, past its call of _mcount, and to a local label. */
        function farcall_skip
        mcount_short
        jal     farcall_leaf + 16
        nop
        j       .Lend
        nop
        nop
.Lend:
        jr      $31
        nop
        end_function farcall_skip

        .section .init.text, "ax", %progbits
        function init_module
        mcount_short
        j       farcall_outer
        addiu   $4, $0, 7
        end_function init_module

        .section .exit.text, "ax", %progbits
        function cleanup_module
        mcount_short
        jr      $31
        nop
        end_function cleanup_module

        .data
        .balign 8
        PTR     farcall_leaf, farcall_skip + 4, _printk
