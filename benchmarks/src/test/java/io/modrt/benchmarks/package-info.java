/** Tests of the measurements, and of what a load may allocate. */
@NullMarked
package io.modrt.benchmarks;

import org.jspecify.annotations.NullMarked;
