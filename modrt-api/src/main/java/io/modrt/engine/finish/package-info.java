/**
 * The steps with which the kernel changes a module's bytes after relocation, on every architecture: it sorts tables, keeps symbols, and
 * switches off the call sites of the function tracer. Each step is a function over {@link io.modrt.engine.layout.ImageBytes}; the shapes of
 * the tables and the code of the sites come from the architecture. {@link io.modrt.engine.finish.Finishing} has their order.
 *
 * <p>A hostile table cannot do harm: entries that point outside the module are left alone and reported. Sorting makes no objects.
 *
 * <p>Source: the kernel's {@code post_relocation}, {@code add_kallsyms}, {@code ftrace_module_init} and {@code jump_label_add_module}.
 */
@NullMarked
package io.modrt.engine.finish;

import org.jspecify.annotations.NullMarked;
