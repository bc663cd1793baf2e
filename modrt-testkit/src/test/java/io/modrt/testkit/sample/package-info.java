/**
 * The architecture of the testkit's own tests: a subset of AArch64, little-endian, ELF64 with SHT_RELA, the tracer's nops and static branches,
 * one stub for each far callee of a section in front of it. It is no port of Linux/AArch64, which has stubs of another kind, errata and
 * sorts relocations.
 *
 * <p>Source: ELF for the Arm 64-bit Architecture (AAELF64), section 5.7; S symbol, A addend, P place, Page(x) = x with its low 12
 * bits cleared.
 *
 * <table>
 * <caption>Relocations</caption>
 * <tr><th>No.</th><th>Name</th><th>Value</th><th>Bits</th><th>Check</th></tr>
 * <tr><td>257</td><td>ABS64</td><td>S + A</td><td>63:0</td><td></td></tr>
 * <tr><td>258</td><td>ABS32</td><td>S + A</td><td>31:0</td><td>unsigned; AAELF64 also takes -2^31 to -1</td></tr>
 * <tr><td>260</td><td>PREL64</td><td>S + A - P</td><td>63:0</td><td></td></tr>
 * <tr><td>261</td><td>PREL32</td><td>S + A - P</td><td>31:0</td><td>signed; AAELF64 also takes 2^31 to 2^32 - 1</td></tr>
 * <tr><td>275</td><td>ADR_PREL_PG_HI21</td><td>Page(S + A) - Page(P)</td><td>32:12</td><td>signed</td></tr>
 * <tr><td>277</td><td>ADD_ABS_LO12_NC</td><td>S + A</td><td>11:0</td><td></td></tr>
 * <tr><td>278</td><td>LDST8_ABS_LO12_NC</td><td>S + A</td><td>11:0</td><td></td></tr>
 * <tr><td>282</td><td>JUMP26</td><td>S + A - P</td><td>27:2</td><td>signed</td></tr>
 * <tr><td>283</td><td>CALL26</td><td>S + A - P</td><td>27:2</td><td>signed</td></tr>
 * <tr><td>285</td><td>LDST32_ABS_LO12_NC</td><td>S + A</td><td>11:2</td><td>a multiple of 4</td></tr>
 * <tr><td>286</td><td>LDST64_ABS_LO12_NC</td><td>S + A</td><td>11:3</td><td>a multiple of 8</td></tr>
 * </table>
 */
@NullMarked
package io.modrt.testkit.sample;

import org.jspecify.annotations.NullMarked;
