/**
 * Which modules a system has, and in which order to load them.
 *
 * <p>{@link ModuleTree} lists a {@code /lib/modules/VERSION} folder, or any other, on any file system, and names each module's file.
 * {@link ModuleGraph} tells which modules need which, from {@code modules.dep} as {@code depmod} writes it, or from the imports and exports
 * of the modules themselves; it gives an order in which they can be loaded, and the cycles in the way. Nothing here loads a module.
 */
@NullMarked
package io.modrt.tree;

import org.jspecify.annotations.NullMarked;
