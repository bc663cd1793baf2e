/* SPDX-License-Identifier: Apache-2.0
 *
 * What the assembly sources share: pointer words, functions, and the call of _mcount in its short form.
 */
#ifdef __LP64__
#define PTR .dword
#define PTR_SHIFT 3
#define LOAD ld
#define STORE sd
#define ADDIU daddiu
#else
#define PTR .word
#define PTR_SHIFT 2
#define LOAD lw
#define STORE sw
#define ADDIU addiu
#endif

        .set    noreorder
        .set    nomacro
        .set    noat

        .macro  function name
        .balign 4
        .globl  \name
        .type   \name, %function
        .ent    \name
\name:
        .endm

        .macro  end_function name
        .end    \name
        .size   \name, . - \name
        .endm

/* `or`, not `move`: the kernel's compiler writes 03e00825. */
        .macro  mcount_short
        or      $1, $31, $0
.Lsite\@:
        jal     _mcount
#ifdef __LP64__
        nop
#else
        addiu   $29, $29, -8
#endif
        .pushsection __mcount_loc, "a", %progbits
        .balign 1 << PTR_SHIFT
        PTR     .Lsite\@
        .popsection
        .endm
