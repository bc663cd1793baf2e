/**
 * Which kernel modules are loaded for. {@link io.modrt.kernel.KernelProfile} is its version, configuration and machine;
 * {@link io.modrt.kernel.KernelSymbols} its symbols, read from {@code System.map}, kallsyms, {@code vmlinux} or its memory, or made up.
 */
@NullMarked
package io.modrt.kernel;

import org.jspecify.annotations.NullMarked;
