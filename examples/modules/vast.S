/* SPDX-License-Identifier: Apache-2.0
 *
 * vast: one section of 384 KB. Stubs in front of it are out of reach from its second half, as stubs behind it are from its
 * first: no kernel for PA-RISC loads it. With stubs on both sides a section may have twice a branch's reach, 512 KB.
 */
#include "asm-parisc.h"

        .section .modinfo, "a", @progbits
        .asciz  "license=GPL"
        .asciz  "description=A section larger than a branch reaches"

        .text
        function vast_first
        bl      _printk, %rp
        nop
        .fill   0x17fa0, 4, NOP
        bl      _printk, %rp
        nop
        bl      vast_first, %rp
        nop
        return
        end_function vast_first
