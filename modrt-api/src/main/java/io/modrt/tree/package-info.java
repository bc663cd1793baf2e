/**
 * Which modules a system has, what their names and aliases mean, and in which order to load them.
 *
 * <p>{@link ModuleTree} lists a {@code /lib/modules/VERSION} folder, or any other, on any file system, and names each module's file: the one
 * that {@code modprobe} takes, by the search order of a {@link DepmodConfig}. It writes the files that {@code depmod} writes, byte for byte
 * ({@link ModuleTree#depmod}). {@link Modprobe} finds modules by name or alias and says what has to be inserted for them, by the lists of
 * the tree or, where they are missing, by what the modules say themselves, and by the rules of a {@link ModprobeConfig}; a runtime that has
 * one loads modules by name. {@link ModuleGraph} tells which modules need which, an order for any number of them, and the cycles in the way.
 *
 * <p>Sources: depmod(8), depmod.d(5), modprobe(8), modprobe.d(5) and modules.dep(5) of kmod, and what depmod and modprobe of kmod 30 print
 * and write. Nothing here loads a module or runs a command.
 */
@NullMarked
package io.modrt.tree;

import org.jspecify.annotations.NullMarked;
