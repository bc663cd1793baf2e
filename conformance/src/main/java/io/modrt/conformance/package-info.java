/** Compares modrt with live kernels, binutils and other oracles. */
@NullMarked
package io.modrt.conformance;

import org.jspecify.annotations.NullMarked;
