/**
 * What loading did to a module's bytes, for tools that explain it.
 *
 * <p>A {@link Relocation} is one applied relocation with its symbol, addend and place, the value of its formula, and the bytes before and
 * after. A {@link Rewrite} is a run of bytes that the kernel changes after relocation (sorted tables, call sites of the tracer), and who
 * changes it. A {@link ReachReport} tells how near a module's branches are to the end of their reach. None of this is kept with a loaded
 * module: {@link io.modrt.load.LiveModule} and {@link io.modrt.load.RelocatedModule} work it out from the file when they are asked.
 *
 * <p>Formulas, fields and names of types are the psABI's, by way of the architecture ({@link io.modrt.spi.RelocationType}).
 */
@NullMarked
package io.modrt.link;

import org.jspecify.annotations.NullMarked;
