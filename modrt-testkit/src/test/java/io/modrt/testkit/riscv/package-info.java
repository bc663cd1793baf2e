/**
 * A port of Linux 6.12 on RISC-V 64, for tests of the SPI: values that two instructions share, sums and differences that several
 * relocations of one place make, and a type whose value is another relocation's.
 *
 * <p>All relocations are in SHT_RELA sections. S symbol, A addend, P place, V the contents of the place; the bits of each field are in
 * {@link io.modrt.testkit.riscv.RiscvField}.
 *
 * <table>
 * <caption>Relocations</caption>
 * <tr><th>type</th><th>place</th><th>value</th><th>refused with EINVAL unless</th></tr>
 * <tr><td>32</td><td>4 bytes</td><td>S + A</td><td>0 &lt;= value &lt; 2^32</td></tr>
 * <tr><td>64</td><td>8 bytes</td><td>S + A</td><td></td></tr>
 * <tr><td>BRANCH, JAL, RVC_BRANCH, RVC_JUMP</td><td>B, J, CB and CJ instructions</td><td>S + A - P</td><td>never: high bits are lost in
 * silence</td></tr>
 * <tr><td>CALL, CALL_PLT</td><td>{@code auipc} and {@code jalr}</td><td>S + A - P</td><td>{@code auipc} reaches</td></tr>
 * <tr><td>PCREL_HI20</td><td>{@code auipc}</td><td>S + A - P</td><td>{@code auipc} reaches</td></tr>
 * <tr><td>PCREL_LO12_I, _S</td><td>I and S instructions</td><td>that of the PCREL_HI20 at S, in the same section</td><td>there is
 * one</td></tr>
 * <tr><td>HI20; LO12_I, _S</td><td>{@code lui}; I and S instructions</td><td>S + A</td><td>the kernel is built for absolute code</td></tr>
 * <tr><td>ADD8, 16, 32, 64</td><td>1, 2, 4, 8 bytes</td><td>V + S + A</td><td></td></tr>
 * <tr><td>SUB8, 16, 32, 64; SUB6</td><td>1, 2, 4, 8 bytes; 6 bits</td><td>V - S - A</td><td></td></tr>
 * <tr><td>SET8, 16, 32; SET6</td><td>1, 2, 4 bytes; 6 bits</td><td>S + A</td><td></td></tr>
 * <tr><td>SET_ULEB128, SUB_ULEB128</td><td>7 bits in each byte</td><td>the difference of the two</td><td>both are there</td></tr>
 * <tr><td>32_PCREL, PLT32</td><td>4 bytes</td><td>S + A - P</td><td>PLT32: signed 32 bits</td></tr>
 * <tr><td>NONE, RELAX</td><td></td><td>nothing is stored</td><td></td></tr>
 * </table>
 *
 * <p>Where the kernel and this port part: ADD and SUB take V from the file, as Linux 6.1 does, while 6.12 begins with 0 at each place, which
 * is what assemblers leave there; and the kernel's range of PLT32 ends 2 KB lower, as that of {@code auipc}. Placeholder sections for PLT
 * and GOT, alternatives and function tracing are left out.
 *
 * <p>Sources: RISC-V ELF psABI, relocations; RISC-V unprivileged manual, instruction formats; what Linux 6.12 checks.
 */
@NullMarked
package io.modrt.testkit.riscv;

import org.jspecify.annotations.NullMarked;
