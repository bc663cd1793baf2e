/* SPDX-License-Identifier: Apache-2.0
 *
 * pcrel: branches relative to their own place. Of each kind one stands alone in a section of its own, so that a test can
 * set its target to the last address in reach and the first beyond. PC16 exists everywhere; PC21 and PC26 are R6's.
 */
#include "asm.h"

        .section .modinfo, "a", %progbits
        .asciz  "license=Apache-2.0"
        .asciz  "description=Branches relative to their place"

        .section .text.pc16, "ax", %progbits
        function pcrel_16
        beq     $4, $5, pc16_target
        nop
        jr      $31
        nop
        end_function pcrel_16

#if __mips_isa_rev >= 6
        .section .text.pc21, "ax", %progbits
        function pcrel_21
        beqzc   $4, pc21_target
        nop
        jr      $31
        nop
        end_function pcrel_21

        .section .text.pc26, "ax", %progbits
        function pcrel_26
        balc    pc26_target
        jr      $31
        nop
        end_function pcrel_26
#endif

/* Within the module: to other sections, with addends on both sides, and backwards. */
        .text
        function pcrel_local
        bne     $4, $0, pcrel_16
        nop
        bal     pcrel_16 + 8
        nop
        b       pcrel_16 - 4
        nop
        bgez    $6, pcrel_exit + 4
        nop
#if __mips_isa_rev >= 6
        bnezc   $7, pcrel_21
        nop
        beqzc   $7, pcrel_21 + 12
        nop
        bc      pcrel_26
        balc    pcrel_26 + 4
        bc      pcrel_26 - 8
        beqzc   $2, pcrel_exit
        nop
        balc    pcrel_exit
#endif
        jr      $31
        nop
        end_function pcrel_local

        .section .text.unlikely, "ax", %progbits
        function pcrel_exit
        b       pcrel_local
        nop
        jr      $31
        nop
        end_function pcrel_exit
