/**
 * Which modules a system has, and in which order to load them.
 *
 * <p>{@link ModuleTree} lists a {@code /lib/modules/VERSION} folder, or any other, on any file system, and names each module's file.
 * It follows links, and of several files of one module takes the one that {@code modprobe} takes. {@link ModuleGraph} tells which modules
 * need which, from {@code modules.dep} and {@code modules.softdep} as {@code depmod} writes them, or from the imports, exports and soft
 * dependencies of the modules themselves; it gives an order in which they can be loaded, and the cycles in the way. Nothing here loads a module.
 */
@NullMarked
package io.modrt.tree;

import org.jspecify.annotations.NullMarked;
