/* SPDX-License-Identifier: Apache-2.0
 *
 * What the AArch64 sources share: functions with a place for the function tracer, and alternatives.
 */
        .section .note.GNU-stack, "", %progbits

/* Two nops, as -fpatchable-function-entry=2 leaves them, and their entry. */
        .macro  function name, section=.text
        .balign 4
        .globl  \name
        .type   \name, %function
\name:
.Lentry\@:
        nop
        nop
        .pushsection __patchable_function_entries, "awo", %progbits, \section
        .balign 8
        .8byte  .Lentry\@
        .popsection
        .endm

        .macro  end_function name
        .size   \name, . - \name
        .endm

/* A record of .altinstructions: bit 15 of the capability says that the replacement is a function of the kernel, of length 0. */
        .macro  alternative from, to, with, with_end, capability
        .pushsection .altinstructions, "a", %progbits
        .4byte  \from - ., \with - .
        .2byte  \capability
        .byte   \to - \from, \with_end - \with
        .popsection
        .endm
