/** Gives every symbol of a module its value, by the kernel's rules for imports. It knows no phase of a load. */
@NullMarked
package io.modrt.engine.resolution;

import org.jspecify.annotations.NullMarked;
