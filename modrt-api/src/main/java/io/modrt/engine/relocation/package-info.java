/**
 * Relocates a module that has addresses and symbol values, and explains the result. Its input is a
 * {@link io.modrt.engine.relocation.Linkage}; it knows no phase of a load.
 *
 * <p>The order of the work is described in {@link io.modrt.spi}. Source: the kernel's {@code apply_relocations}.
 */
@NullMarked
package io.modrt.engine.relocation;

import org.jspecify.annotations.NullMarked;
