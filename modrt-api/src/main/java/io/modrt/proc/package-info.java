/**
 * What user space reads about modules, in the kernel's own words: {@code /proc/modules}, {@code lsmod}, {@code /sys/module/NAME} and the
 * modules' lines of {@code /proc/kallsyms}, as values and as text, by the version and configuration of the runtime's kernel. They are as a
 * privileged reader sees them, so addresses are not hidden.
 *
 * <p>A module that is {@link io.modrt.load.ModuleState#LOADED}, because nobody has run its init function, is shown as coming, since that is
 * what a kernel would say of it: {@code Loading}, with init memory and the reference that the load itself holds.
 */
@NullMarked
package io.modrt.proc;

import org.jspecify.annotations.NullMarked;
