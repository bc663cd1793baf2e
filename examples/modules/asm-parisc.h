/* SPDX-License-Identifier: Apache-2.0
 *
 * What the assembly sources for PA-RISC share: pointer words, functions, the tracer's nops in front of them. Labels begin
 * their lines, since the assembler takes a first word elsewhere for an instruction.
 */
#ifdef __LP64__
#define PTR .dword
#define PTR_SHIFT 3
#define NOPS_BEFORE 7
        .level  2.0w
#else
#define PTR .word
#define PTR_SHIFT 2
#define NOPS_BEFORE 4
        .level  1.1
#endif

#define NOP 0x08000240

        .macro  function name
        .balign 8
.Lnops_\name:
        .fill   NOPS_BEFORE, 4, NOP
        .globl  \name
        .type   \name, @function
\name:
        nop
        .pushsection __patchable_function_entries, "awo", @progbits, \name
        .balign 1 << PTR_SHIFT
        PTR     .Lnops_\name
        .popsection
        .endm

        .macro  end_function name
        .size   \name, . - \name
        .endm

        .macro  return
        bv,n    %r0(%rp)
        nop
        .endm
