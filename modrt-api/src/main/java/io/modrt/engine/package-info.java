/**
 * The loader itself: the state of a kernel's modules, and the phases of a load behind the interfaces of {@link io.modrt.load}.
 *
 * <p>{@link Kernel} is the state behind one {@link io.modrt.ModuleRuntime}. Its first module settles what kernel it is (a {@code Target}:
 * the architecture, the profile, the allocators). A load then goes through {@code Planned}, {@code Placed}, {@code Resolved} and
 * {@code Relocated} to {@code Live}, each made of the one before and none changing it. The work of the phases is done in packages that know
 * no phase: {@code layout} gives sections offsets and addresses and holds the bytes, {@code resolution} gives symbols values,
 * {@code relocation} applies relocations, {@code finish} makes the kernel's changes after them.
 *
 * <p>Only {@code Arrival} (commit), {@code Live} (unloading) and {@code Kernel} change the set of modules, under the kernel's lock;
 * everything else works on its own data or reads concurrent collections.
 */
@NullMarked
package io.modrt.engine;

import org.jspecify.annotations.NullMarked;
