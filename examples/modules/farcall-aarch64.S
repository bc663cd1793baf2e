/* SPDX-License-Identifier: Apache-2.0
 *
 * farcall: calls that need a branch stub where the kernel is more than 128 MB away, and none where it is near. The kernel sorts
 * the branches that leave their section by type, symbol and addend, counts one stub for each that differs from the one before it
 * (and one for every addend but 0), and shares a stub with the entry before it alone. So there are repeated symbols, far
 * apart and side by side; one symbol called and jumped to; addends; two symbols that may have one value; and calls within the
 * module, in two sections of text and in that of initialisation.
 */
#include "asm-aarch64.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=GPL"
        .asciz  "description=Branches out of reach"

        .text
        function farcall_outer
        bl      far_c
        bl      far_a
        bl      far_b
        bl      far_a                           // again, not beside the first
        bl      farcall_inner                   // in its own section: needs no stub
        bl      farcall_aside                   // in another one: is counted
        bl      far_a + 4
        bl      far_a + 4                       // counted twice, as its addend is not 0; shared
        bl      far_b
        bl      far_c - 8
        b       far_a                           // another type: sorted ahead of the calls
        end_function farcall_outer

        function farcall_inner
        ldr     x0, =far_data
        adrp    x1, far_data
        bl      far_d
        bl      far_twin                        // may have far_d's value: shared if it comes next
        b       far_d
        .ltorg
        end_function farcall_inner

        .section .text.unlikely, "ax", %progbits
        function farcall_aside, .text.unlikely
        bl      far_e
        bl      far_a                           // shares nothing with .text's but the area
        bl      farcall_outer + 8
        b       farcall_inner
        end_function farcall_aside

        .section .init.text, "ax", %progbits
        function init_module, .init.text
        bl      far_b
        bl      far_a
        bl      far_b + 0x1000
        bl      far_a
        bl      farcall_outer
        bl      init_again
        b       far_b
        end_function init_module

        function init_again, .init.text
        bl      far_a
        ret
        end_function init_again

        .section .exit.text, "ax", %progbits
        function cleanup_module, .exit.text
        b       far_e
        end_function cleanup_module

        .data
        .balign 8
        .8byte  far_a, far_b + 4, farcall_inner
