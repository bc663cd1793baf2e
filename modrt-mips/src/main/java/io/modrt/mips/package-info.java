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
 * for it is in the addend. The instruction behind a jump or branch, its delay slot, runs first; the compact branches of
 * Release 6 have no delay slot. Release 6 has no {@code jr}; its assembler writes {@code jalr $0,$reg}.
 *
 * <p>The kernel lies at 0x80000000, modules at 0xc0000000 (both sign-extended on n64): <b>no {@code jal} of a module ever reaches
 * the kernel</b>, however near the two are. That is why modules are built with {@code -mlong-calls}, and why the kernel refuses others
 * with {@code relocation overflow}. {@link io.modrt.policy.StubPolicy#SHARED}, like every policy but the kernel's own, loads them with
 * {@linkplain io.modrt.mips.MipsStubs local stubs}.
 *
 * <h2>The relocations that the kernel applies</h2>
 *
 * S is the symbol, A the addend, P the place. o32 modules have SHT_REL sections, and the kernel takes no others; A is what the place
 * holds. n64 modules have SHT_RELA sections; the kernel takes both.
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
 * Any other number gives EINVAL, and so do 18, 28 and 29 in SHT_REL; the other refusals give ENOEXEC. A symbol whose value lies in the
 * last 4095 bytes of the address space stands for an error and gives ENOENT; a weak one silently ends the relocation of its section.
 *
 * <p>That is so since 4.14. {@code MipsChange} has the history: PC16, PC21_S2 and PC26_S2, and the refusal of other numbers, came with 4.9;
 * until 2.6.30 the value 0 stood for an error, and no other did; until 3.7 o32 kernels took SHT_RELA sections too.
 *
 * <h2>Quirks</h2>
 *
 * <ul>
 *   <li>In SHT_REL, a LO16 completes <em>every</em> HI16 since the last LO16, the newest first, and compares the values of their
 *       symbols, not the indices. A LO16 needs no HI16. A HI16 that no LO16 completes in its section gives ENOEXEC: {@link
 *       io.modrt.mips.MipsAddends}.
 *   <li>n64 packs up to three types and a special symbol into one {@code r_info}; the kernel uses the first type and the ordinary
 *       symbol and ignores the rest. The engine reports a rest that is not zero.
 *   <li>In SHT_REL sections of a 64-bit module the kernel rewrites the word of a HI16 with an access of 8 bytes. No compiler makes
 *       such sections; modrt writes 4 bytes.
 *   <li>Type 26 compares 4 bits on n64 too: of a target elsewhere in the address space, bits 63:32 are lost silently.
 * </ul>
 *
 * <p>Sources: the System V ABI, MIPS RISC processor supplement, third edition, chapter 4 (o32); the 64-bit ELF object file
 * specification, draft 2.5 (n64 and its {@code r_info}); the MIPS32 and MIPS64 instruction set manuals, revision 6.06; and the
 * behaviour of Linux 6.1 and 6.12 ({@code arch/mips/kernel/module.c}, {@code ftrace.c}, {@code jump_label.c}).
 */
@NullMarked
package io.modrt.mips;

import org.jspecify.annotations.NullMarked;
