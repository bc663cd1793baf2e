/** The embedder's way in: a kernel's set of modules, a validated module file, a loaded module. */
@NullMarked
package io.modrt;

import org.jspecify.annotations.NullMarked;
