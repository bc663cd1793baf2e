/**
 * The target's memory and who hands it out: what the embedder implements, or takes the defaults of.
 *
 * <p>{@link TargetMemory} holds the bytes that modules are written to, {@link MemoryReader} reads memory that modrt does not write, such as
 * the kernel's own. A {@link ModuleAllocator} reserves ranges for regions as the kernel's {@code module_alloc} does, a
 * {@link PerCpuAllocator} room for per-CPU data as {@code __alloc_reserved_percpu} does; the defaults of both are first fit.
 */
@NullMarked
package io.modrt.memory;

import org.jspecify.annotations.NullMarked;
