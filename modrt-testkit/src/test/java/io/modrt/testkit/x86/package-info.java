/**
 * A port of Linux on x86-64, for tests of the SPI: instructions are byte strings, places lie at any byte, and distances count from the end
 * of an instruction, for which the assembler puts -4 into the addend.
 *
 * <p>The kernel applies seven types of the psABI, all in SHT_RELA sections. S symbol, A addend, P place.
 *
 * <table>
 * <caption>Relocations</caption>
 * <tr><th>type</th><th>bytes</th><th>value</th><th>refused with ENOEXEC unless</th></tr>
 * <tr><td>R_X86_64_NONE</td><td>0</td><td>nothing is stored</td><td></td></tr>
 * <tr><td>R_X86_64_64</td><td>8</td><td>S + A</td><td></td></tr>
 * <tr><td>R_X86_64_PC32, R_X86_64_PLT32</td><td>4</td><td>S + A - P</td><td>never: high bits are lost in silence</td></tr>
 * <tr><td>R_X86_64_32</td><td>4</td><td>S + A</td><td>the low 32 bits, zero-extended, are the value</td></tr>
 * <tr><td>R_X86_64_32S</td><td>4</td><td>S + A</td><td>the low 32 bits, sign-extended, are the value</td></tr>
 * <tr><td>R_X86_64_PC64</td><td>8</td><td>S + A - P</td><td></td></tr>
 * </table>
 *
 * <p>A place that does not hold zero is refused as well. The kernel has no stubs;
 * {@link io.modrt.policy.StubPolicy#SHARED} adds those of {@link io.modrt.testkit.x86.X86Stubs}. Retpolines, alternatives, static calls and
 * ORC tables are left as they were compiled.
 *
 * <p>Sources: System V ABI, AMD64 supplement, table 4.9; Intel 64 and IA-32 manual, volume 2; what Linux 6.1 and 6.12 check.
 */
@NullMarked
package io.modrt.testkit.x86;

import org.jspecify.annotations.NullMarked;
