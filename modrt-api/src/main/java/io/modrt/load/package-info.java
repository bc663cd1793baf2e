/**
 * The steps of a load, each with a type of its own for its result and one method that leads to the next step. What is not placed cannot be
 * relocated, because the method is not there.
 *
 * <table>
 *   <caption>The steps from bytes to a live module</caption>
 *   <tr><th>step</th><th>what it does</th><th>result</th></tr>
 *   <tr><td>open</td><td>checks the file, as the kernel's {@code elf_validity_check} does and further</td>
 *       <td>{@link io.modrt.module.ModuleFile}</td></tr>
 *   <tr><td>plan</td><td>checks vermagic and configuration, lets the architecture count its stubs, gives each section an offset in a
 *       region: {@code layout_and_allocate}</td><td>{@link LayoutPlan}</td></tr>
 *   <tr><td>place</td><td>reserves addresses from the allocator, or takes those of the caller: {@code move_module}</td>
 *       <td>{@link PlacedModule}</td></tr>
 *   <tr><td>resolve</td><td>gives every symbol its value: {@code simplify_symbols}</td><td>{@link ResolvedModule}</td></tr>
 *   <tr><td>relocate</td><td>applies the relocations, writes the stubs and finishes tables and call sites, in a copy:
 *       {@code apply_relocations}, {@code post_relocation}, {@code ftrace_module_init}, {@code jump_label_add_module}</td>
 *       <td>{@link RelocatedModule}</td></tr>
 *   <tr><td>commit</td><td>writes each region to the target's memory once, asks the listeners, sets the parameters, and lets an
 *       {@link Executor} run the init function: {@code complete_formation}, {@code prepare_coming_module}, {@code parse_args},
 *       {@code do_init_module}</td><td>{@link LiveModule}</td></tr>
 * </table>
 *
 * <p>Before commit only <em>place</em> reaches outside, since it reserves addresses; closing the placement gives them back. A step that
 * fails leaves its input usable, and a commit that fails restores the memory that it wrote over. {@link io.modrt.ModuleRuntime#load} takes
 * all steps.
 *
 * <p>The other types here tell of a module at its addresses: {@link AddressMap} maps file positions, section offsets and addresses to each
 * other, {@link SymbolOffset} names an address as the kernel does, and a {@link ModuleListener} follows modules as they come and go.
 */
@NullMarked
package io.modrt.load;

import org.jspecify.annotations.NullMarked;
