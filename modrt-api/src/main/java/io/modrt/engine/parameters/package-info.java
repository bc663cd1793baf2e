/** Reads, shows and sets the parameters of a module that is in memory: the kernel's {@code parse_args} and its parameter operations. */
@NullMarked
package io.modrt.engine.parameters;

import org.jspecify.annotations.NullMarked;
