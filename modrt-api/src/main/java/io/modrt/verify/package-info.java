/**
 * Answers whether memory holds a module.
 *
 * <p>{@link Verification} compares every word of a module's regions with what loading makes of the file: sections, the stubs and
 * tables around them, the gaps, and the symbols that the kernel keeps. Code and read-only sections have no leeway, and neither have
 * the tables that the kernel sorts: what they should hold is computed. A word may differ
 *
 * <ul>
 *   <li>at a {@link PatchSite}, in one of its forms: a call site of the function tracer, off or on to a known entry; a static branch,
 *       taken or not as its key says; what the caller adds;
 *   <li>in writable data, which is a class of its own;
 *   <li>where the kernel keeps something of its own, by this table.
 * </ul>
 *
 * <table>
 *   <caption>What else differs from the computed bytes</caption>
 *   <tr><th>item</th><th>section</th><th>what is there</th></tr>
 *   <tr><td>1</td><td>{@code .gnu.linkonce.this_module}</td><td>state, list links, objects of sysfs, sizes and pointers of tables; the
 *       name and what was relocated stay, and each region's base is there with its size behind it</td></tr>
 *   <tr><td>14</td><td>{@code .data*}, {@code .bss}, other writable sections</td><td>variables, and what init functions link
 *       together</td></tr>
 *   <tr><td>17</td><td>{@code __tracepoints}</td><td>how often an event is on, who is called</td></tr>
 *   <tr><td>20</td><td>{@code __dyndbg}</td><td>which debug messages are on, their keys</td></tr>
 * </table>
 */
@NullMarked
package io.modrt.verify;

import io.modrt.patch.PatchSite;
import org.jspecify.annotations.NullMarked;
