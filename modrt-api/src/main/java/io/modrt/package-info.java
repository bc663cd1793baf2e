/** The embedder's way in: {@link ModuleRuntime} loads the modules of one kernel. */
@NullMarked
package io.modrt;

import org.jspecify.annotations.NullMarked;
