/** What loading costs. */
@NullMarked
package io.modrt.benchmarks;

import org.jspecify.annotations.NullMarked;
