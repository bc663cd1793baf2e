/**
 * Hostile input for every entry that takes bytes or text: {@link io.modrt.conformance.fuzz.FuzzTargets} lists the entries, and each is run
 * under coverage-guided mutation by {@code conformance/run fuzz} and on kept inputs by the unit tests. An entry may give a result or raise a
 * {@code ModrtException} or {@code UncheckedIOException}, within a second and within memory in proportion to its input; all else is an escape.
 */
@NullMarked
package io.modrt.conformance.fuzz;

import org.jspecify.annotations.NullMarked;
