/**
 * The embedder's way in: {@link ModuleRuntime} loads, lists and unloads the modules of one kernel.
 *
 * <p>In goes a module's file (a path, bytes, or a {@link io.modrt.module.ModuleFile}) and what the embedder knows of the kernel: its
 * symbols, its profile, its memory, its allocators. The builder takes these and has a default for each. Out comes a
 * {@link io.modrt.load.LiveModule}, whose bytes are in the target's memory.
 *
 * <p>{@link ModuleRuntime#load} does what the kernel's {@code load_module} does, except that it does not run the module's init function. A
 * tool that knows some results already, for example addresses observed in a memory image, begins with {@link ModuleRuntime#plan} and takes
 * the steps of {@link io.modrt.load} one by one.
 *
 * <p>The other packages each decide one thing: {@link io.modrt.elf} what the bytes of a file say, {@link io.modrt.module} what makes them a
 * module, {@link io.modrt.kernel} which kernel it is, {@link io.modrt.layout} and {@link io.modrt.memory} where a module goes,
 * {@link io.modrt.link} what its relocations did, {@link io.modrt.patch} what may change after loading, {@link io.modrt.verify} whether a
 * memory holds it, {@link io.modrt.tree} which modules a system has, {@link io.modrt.policy} how a load departs from the kernel's, and
 * {@link io.modrt.spi} what an architecture adds.
 */
@NullMarked
package io.modrt;

import org.jspecify.annotations.NullMarked;
