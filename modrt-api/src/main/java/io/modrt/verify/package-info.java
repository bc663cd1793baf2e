/**
 * Checks whether memory holds a module.
 *
 * <p>{@link Verification} compares all of a module's regions with what loading makes of the file: sections, the stubs and tables around
 * them, the gaps, and the symbols that the kernel keeps. Code, read-only sections and the tables that the kernel sorts must be exactly as
 * computed. A byte may differ only
 *
 * <ul>
 *   <li>if it belongs to a {@link PatchSite} that is in one of its forms: a call site of the function tracer, off or on to a known entry;
 *       a static branch, taken or not as its key says; a site that the caller adds;
 *   <li>if it is writable data, which is counted on its own;
 *   <li>if the kernel keeps something of its own there, as in the table below.
 * </ul>
 *
 * <p>The unit of reporting is the word of 4 bytes; sites need not begin or end with one. A word that a site shares with other bytes is
 * explained only if those are explained too.
 *
 * <table>
 *   <caption>What else differs from the computed bytes</caption>
 *   <tr><th>item</th><th>section</th><th>what is there</th></tr>
 *   <tr><td>1</td><td>{@code .gnu.linkonce.this_module}</td><td>state, list links, objects of sysfs, sizes and pointers of tables;
 *       the name and the relocated pointers stay, and the base of each region is there, its size directly behind it</td></tr>
 *   <tr><td>14</td><td>{@code .data*}, {@code .bss}, other writable sections except {@code .exit.data}</td><td>variables, and lists that init functions
 *       linked</td></tr>
 *   <tr><td>17</td><td>{@code __tracepoints}</td><td>how often each event is enabled, and the functions that it calls; the
 *       relocated pointers stay</td></tr>
 *   <tr><td>20</td><td>{@code __dyndbg}</td><td>which debug messages are enabled, and their keys; the relocated
 *       pointers stay</td></tr>
 *   <tr><td>21</td><td>{@code .symtab}, until 2.6.31</td><td>values of symbols in sections that are not loaded: addresses in a copy of the
 *     file that the kernel frees</td></tr>
 *   <tr><td>22</td><td>{@code .text} of the kernel itself</td><td>functions that the boot generates for the processor, by their names; their
 *       jumps stay in the kernel</td></tr>
 * </table>
 *
 * <p>{@link KernelVerification} compares the kernel's own code and constants with its {@code vmlinux} by the same rules: what the boot
 * rewrites is computed ({@link io.modrt.spi.KernelBoot}), the call sites of the function tracer and the static branches are read from the
 * kernel's tables. It does not look at the kernel's variables.
 */
@NullMarked
package io.modrt.verify;

import io.modrt.patch.PatchSite;
import org.jspecify.annotations.NullMarked;
