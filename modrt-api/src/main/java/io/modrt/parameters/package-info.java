/**
 * Parameters of modules: what a module declares, the text with which a caller sets them, and their values.
 *
 * <p>A module declares a parameter in {@code .modinfo} ({@code parm}, {@code parmtype}) for people, and in {@code __param} for the kernel:
 * the name, the operations that set and show it, who may read it below {@code /sys/module}, and the variable. The kernel parses the text that
 * it is given with a module ({@code parse_args}), and the operations write the variables before the module's init function runs. Operations
 * that the kernel itself has are known here by the names of their symbols; those of a module are code, and such a parameter is
 * {@link io.modrt.parameters.ParameterType#CUSTOM}.
 *
 * <p>Values are read from the target's memory whenever they are asked for, so they are those that the module's code has set meanwhile.
 */
@NullMarked
package io.modrt.parameters;

import org.jspecify.annotations.NullMarked;
