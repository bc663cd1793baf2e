/**
 * Gives every symbol of a module its final value, and decides which export an undefined symbol gets: the kernel's {@code simplify_symbols}
 * and {@code resolve_symbol}, with their rules for licences, CRCs and namespaces. It also finds the symbol nearest to an address
 * ({@code find_kallsyms_symbol}). It knows no phase of a load.
 */
@NullMarked
package io.modrt.engine.resolution;

import org.jspecify.annotations.NullMarked;
