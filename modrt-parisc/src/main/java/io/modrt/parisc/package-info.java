/**
 * PA-RISC: 32-bit kernels (PA 1.1 and 2.0) and 64-bit kernels (PA 2.0, wide mode). Big-endian.
 *
 * <h2>The machine</h2>
 *
 * Instructions are 32-bit words. The bits of their constants are scattered: the sign is the lowest bit, the rest stands in runs ({@link
 * io.modrt.parisc.PariscField}). {@code ldil} sets bits 31 to 11 of a register; a load, a store or {@code ldo} adds 14 signed bits. An
 * address takes both, and the field selectors LR' and RR' split it. They round the <em>addend</em>, not the sum, to a multiple of 8192,
 * so that nearby addends share one {@code ldil}:
 *
 * <pre>
 *  rnd(a)    = (a + 0x1000) with the low 13 bits cleared
 *  LR'(v,a)  = (v + rnd(a)) &gt;&gt; 11
 *  RR'(v,a)  = ((v + rnd(a)) mod 2048) + (a - rnd(a))          (LR' &lt;&lt; 11) + RR' = v + a
 * </pre>
 *
 * Branches hold a distance in words from P + 8, in 17 bits (256 KB each way) or, with PA 2.0, in 22 bits (8 MB); the next instruction
 * runs first unless the branch nullifies it. A call may clobber r1. r27 (dp) points to data: on 32 bit to the kernel's {@code $global$},
 * on 64 bit to the module's own GOT. A 64-bit function pointer is the address of a descriptor of 32 bytes, which holds the address of the
 * code at offset 16 and its gp at offset 24.
 *
 * <p>The kernel lies at 0x10100000 (64 bit: 0x40100000), modules far below: <b>no 17-bit branch of a module ever reaches the
 * kernel</b>. Calls go through {@linkplain io.modrt.parisc.PariscStubs stubs}.
 *
 * <h2>The relocations that the kernel applies</h2>
 *
 * S is the symbol, A the addend, P the place with two bits cleared, DP the value of {@code $global$}. GOT(x) is the offset of the
 * slot for x, which its first user allocates. All sections are SHT_RELA.
 *
 * <pre>
 *  nr  R_PARISC_   kernels  value                   bits
 *   1  DIR32       32       S + A                   word
 *   2  DIR21L      32       LR'(S, A)               im21
 *   6  DIR14R      32       RR'(S, A)               im14
 *   9  PCREL32     32 64    S + A - P - 8           word
 *  12  PCREL17F    32       (S + A - P - 8) &gt;&gt; 2    w17, refused if the stub is out of reach
 *  18  DPREL21L    32       LR'(S - DP, A)          im21
 *  22  DPREL14R    32       RR'(S - DP, A)          im14
 *  34  LTOFF21L       64    LR'(GOT(S + A), 0)      im21
 *  38  LTOFF14R       64    RR'(GOT(S + A), 0)      im14
 *  41  SECREL32    32 64    S + A                   word
 *  49  SEGREL32    32 64    S + A                   word
 *  64  FPTR64         64    descriptor of S + A     doubleword; S + A itself if that is not in the module
 *  65  PLABEL32    32       S + A                   word
 *  72  PCREL64        64    S + A - P - 8           doubleword
 *  74  PCREL22F    32 64    (S + A - P - 8) &gt;&gt; 2    w22, as PCREL17F
 *  80  DIR64          64    S + A                   doubleword
 * </pre>
 *
 * Any other number gives ENOEXEC. The ABI has more types, and GNU ld applies them; this loader does so too if
 * {@link io.modrt.error.Rule#RELOCATION_TYPE} is relaxed:
 *
 * <pre>
 *   2  DIR21L         64    LR'(S, A)               im21, refused if it does not fit 32 bits
 *   3  DIR17R      32 64    RR'(S, A) &gt;&gt; 2          w17
 *   4  DIR17F      32 64    (S + A) &gt;&gt; 2            w17, refused if it does not fit
 *   6  DIR14R         64    RR'(S, A)               im14
 *   7  DIR14F      32 64    S + A                   im14, refused if it does not fit
 *   8  PCREL12F    32 64    (S + A - P - 8) &gt;&gt; 2    w12, refused if it does not fit: it has no stubs
 *  10  PCREL21L    32 64    L'(S + A - P - 8)       im21
 *  12  PCREL17F       64    as on 32 bit            w17, with the stubs of PCREL22F
 *  14  PCREL14R    32 64    R'(S + A - P - 8)       im14
 *  23  DPREL14F    32       S + A - DP              im14, refused if it does not fit
 *  66  PLABEL21L   32       LR'(S, A)               im21
 *  70  PLABEL14R   32       RR'(S, A)               im14
 * </pre>
 *
 * A symbol whose value is 0, weak or not, gives ENOENT, whatever the type.
 *
 * <h2>Generations of stubs</h2>
 *
 * <pre>
 *                until 2.6.28                        since 2.6.29
 *  place         at the head of core and of init     in front of each section, one more than it has branches
 *  32 bit        for every branch                    for branches out of reach
 *  64 bit        for branches out of the module,     for branches out of the module
 *                or between core and init            or out of reach
 * </pre>
 *
 * The GOT has up to 1,023 slots until 2.6.30, and up to 4,095 since. {@code PariscChange} has the rest of the history: types 9, 41 and 72,
 * exception tables, alternatives, static branches and tracing came later than the others. Since 6.4, regions are divided by type of memory: the GOT and the descriptors are at the head of the text, and the first byte behind a
 * region no longer counts as the module's. {@link io.modrt.policy.StubPolicy#SHARED} makes one stub for each callee and section;
 * {@link io.modrt.policy.StubPolicy#FURTHER_REACH} puts the stubs for a section's second half behind it, so that a section may be up to
 * twice as long as a branch reaches.
 *
 * <h2>The machine's features</h2>
 *
 * The kernel rewrites code for the machine that it runs on ({@code .altinstructions}). {@link io.modrt.kernel.MachineFacts#withFeatures}
 * takes these names; any other is refused:
 *
 * <pre>
 *  no-data-cache          the firmware reports a data cache of size 0
 *  no-instruction-cache   the firmware reports an instruction cache of size 0
 *  combined-tlb           one TLB serves code and data
 *  coherent-io-directory  the I/O page directory is coherent: a PA8700 or newer whose capabilities do not ask for a flush
 *  local-tlb-purge        TLB entries can be purged on one CPU alone: PA 2.0
 *  qemu                   QEMU emulates the machine; the kernel's memory says so too, at running_on_qemu
 *  no-alternatives        the kernel was booted with this parameter: it ignores the other features, and rewrites only what every machine needs
 * </pre>
 *
 * <h2>Quirks</h2>
 *
 * <ul>
 *   <li>SEGREL32 and SECREL32 are absolute, and the two lowest bits of a branch's target are lost silently.
 *   <li>On 64 bit, words and {@code ldil} drop bits 63:32; the loader reports a value that loses some.
 *   <li>Room is kept for one stub for each branch, whether it needs one or not; unused stubs stay zero.
 *   <li>GOT slots and descriptors are counted over all relocations, also over those of debug sections, which are never loaded.
 *   <li>Local labels are removed from the symbol table only after the core symbol table was copied from it, which keeps them.
 * </ul>
 *
 * <p>Sources: the ELF-64 and ELF-32 supplements for PA-RISC, version 1.5 and 1.0 (relocations, field selectors); the PA-RISC 2.0
 * architecture manual (formats); and the behaviour of Linux 6.1 ({@code arch/parisc/kernel/module.c}, {@code alternative.c},
 * {@code ftrace.c}).
 */
@NullMarked
package io.modrt.parisc;

import org.jspecify.annotations.NullMarked;
