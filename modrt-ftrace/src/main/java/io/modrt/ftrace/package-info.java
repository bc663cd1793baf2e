/** Call sites of loaded modules: tracing on and off, and filters. */
@NullMarked
package io.modrt.ftrace;

import org.jspecify.annotations.NullMarked;
