/**
 * Relocates a module that has addresses and symbol values, and explains what was done. It knows {@link io.modrt.engine.relocation.Linkage}
 * and no phase of a load.
 */
@NullMarked
package io.modrt.engine.relocation;

import org.jspecify.annotations.NullMarked;
