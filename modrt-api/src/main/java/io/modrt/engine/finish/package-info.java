/**
 * What the kernel does to a module's bytes after relocation, on every architecture: tables are sorted, symbols are kept, call sites of the
 * function tracer are switched off. Each step is a function over {@link io.modrt.engine.layout.ImageBytes}; the shapes of the tables and
 * the words come from the architecture. {@link io.modrt.engine.finish.Finishing} has their order.
 *
 * <p>A hostile table cannot do harm: what is outside the module is left alone and told of. Sorting takes no object for each entry.
 */
@NullMarked
package io.modrt.engine.finish;

import org.jspecify.annotations.NullMarked;
