/** Reads files and texts up to the size that {@link io.modrt.policy.LoadLimits} allows. Not exported. */
@NullMarked
package io.modrt.input;

import org.jspecify.annotations.NullMarked;
