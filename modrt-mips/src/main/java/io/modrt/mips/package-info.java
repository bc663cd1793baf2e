/**
 * MIPS: o32 and n64, either byte order, up to Release 6.
 *
 * <h2>The machine</h2>
 *
 * Instructions are 32-bit words, 4-byte aligned, in the byte order of the data. Constants have 16 bits, so an address takes a
 * {@code lui} for its upper half and an {@code addiu}, a load or a store for its lower half, which is <em>signed</em>: the
 * upper half is rounded, {@code (S + A + 0x8000) >> 16}. With 64-bit addresses (n64 without {@code -msym32}) it takes four such
 * parts: highest, higher, hi, lo.
 *
 * <p>{@code j} and {@code jal} hold 26 bits of a word address; the upper bits are those of the <em>next</em> instruction, so a
 * jump stays within an aligned segment of 256 MB. Branches hold a distance in words from the next instruction; the {@code -4}
 * for it is in the addend. Jumps and branches run the next instruction first (the delay slot); the compact branches of
 * Release 6 do not. Release 6 has no {@code jr}: it is written {@code jalr $0,$reg}.
 *
 * <p>The kernel lies at 0x80000000, modules at 0xc0000000 (both sign-extended on n64): <b>no {@code jal} of a module ever reaches
 * the kernel</b>, however near the two are. That is why modules are built with {@code -mlong-calls}, and why one that is not is
 * refused with {@code relocation overflow}; {@link io.modrt.policy.StubPolicy#SHARED}, like any policy but the kernel's own, loads it
 * with {@linkplain io.modrt.mips.MipsStubs local stubs}.
 *
 * <h2>The relocations that the kernel applies</h2>
 *
 * S is the symbol, A the addend, P the place. o32 modules come with SHT_REL and the kernel takes nothing else there: A is what
 * the place holds. n64 modules come with SHT_RELA; the kernel takes both.
 *
 * <pre>
 *  nr  R_MIPS_    value                            bits         refused when
 *   0  NONE       nothing
 *   2  32         S + A                            31:0
 *   4  26         (S + A) &gt;&gt; 2                     25:0         S + A no multiple of 4; bits 31:28 of S + A (in SHT_REL: of S
 *                                                               alone) are not those of P + 4
 *   5  HI16       (S + A + 0x8000) &gt;&gt; 16           15:0         in SHT_REL: no LO16 follows, or one with another S
 *   6  LO16       S + A                            15:0
 *  10  PC16       (S + A - P) &gt;&gt; 2                 15:0         S + A no multiple of 4; the value has more than 16 bits
 *  18  64         S + A                            63:0         in SHT_REL
 *  28  HIGHER     (S + A + 0x80008000) &gt;&gt; 32       15:0         in SHT_REL
 *  29  HIGHEST    (S + A + 0x800080008000) &gt;&gt; 48   15:0         in SHT_REL
 *  60  PC21_S2    (S + A - P) &gt;&gt; 2                 20:0         as PC16, 21 bits
 *  61  PC26_S2    (S + A - P) &gt;&gt; 2                 25:0         as PC16, 26 bits
 * </pre>
 *
 * Any other number is EINVAL, in SHT_REL also 18, 28 and 29; the other refusals are ENOEXEC. A symbol whose value lies in the
 * last 4095 bytes of the address space stands for an error: ENOENT, but a weak one ends its section in silence.
 *
 * <h2>Quirks</h2>
 *
 * <ul>
 *   <li>A LO16 of SHT_REL completes <em>all</em> HI16 that wait, newest first, and compares the values of the symbols, not
 *       their indices; further LO16 need none. A HI16 that still waits at the end of its section is ENOEXEC: {@link
 *       io.modrt.mips.MipsAddends}.
 *   <li>n64 packs up to three types and a special symbol into one {@code r_info}; the kernel looks at the first type and the
 *       ordinary symbol and ignores the rest. The engine tells where the rest is not zero.
 *   <li>In SHT_REL sections of a 64-bit module the kernel rewrites the word of a HI16 by an access of 8 bytes. No compiler makes
 *       such sections, and modrt writes the 4 bytes.
 *   <li>Type 26 compares 4 bits also on n64: bits 63:32 of a target in another part of the address space are lost in silence.
 * </ul>
 *
 * <p>Sources: the System V ABI, MIPS RISC processor supplement, third edition, chapter 4 (o32); the 64-bit ELF object file
 * specification, draft 2.5 (n64 and its {@code r_info}); the MIPS32 and MIPS64 instruction set manuals, revision 6.06; and what
 * Linux 6.1 and 6.12 ({@code arch/mips/kernel/module.c}, {@code ftrace.c}, {@code jump_label.c}) do.
 */
@NullMarked
package io.modrt.mips;

import org.jspecify.annotations.NullMarked;
