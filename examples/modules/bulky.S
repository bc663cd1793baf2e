/* SPDX-License-Identifier: Apache-2.0
 *
 * bulky: the PA-RISC report of 2008, where xfs failed. No section of it is larger than a branch reaches, 256 KB, all of them
 * together are. Until 2.6.28 the stubs of all sections lay at the head of the module, and the last section's branches did not
 * reach them ("relocation of symbol ... is out of range"); since 2.6.29 each section has its own in front.
 */
#include "asm-parisc.h"

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=Larger than a branch reaches"

        .section .rodata.str1.4, "aMS", @progbits, 1
.Lformat:
        .asciz  "bulky\n"

/* Code that calls the kernel at both ends and much that does nothing in between. */
        .macro  bulk name, next
        .section .text.\name, "ax", @progbits
        function \name
        stw     %rp, -20(%sp)
        ldil    LR'.Lformat, %r26
        bl      _printk, %rp
        ldo     RR'.Lformat(%r26), %r26
        .fill   0x6000, 4, NOP
        bl      \next, %rp
        nop
        bl      bulky_btree_read_bufs, %rp
        nop
        ldw     -20(%sp), %rp
        return
        end_function \name
        .endm

        bulk    bulky_bmap, bulky_inode
        bulk    bulky_inode, bulky_log
        bulk    bulky_log, bulky_bmap

        .section .init.text, "ax", @progbits
        function init_module
        stw     %rp, -20(%sp)
        bl      bulky_bmap, %rp
        nop
        ldw     -20(%sp), %rp
        bv      %r0(%rp)
        ldi     0, %r28
        end_function init_module
