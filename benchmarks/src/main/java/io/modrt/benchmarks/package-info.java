/** Measures what loading and tracing cost. */
@NullMarked
package io.modrt.benchmarks;

import org.jspecify.annotations.NullMarked;
