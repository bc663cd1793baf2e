package io.modrt.engine.relocation;

import io.modrt.engine.relocation.RelocationRows.Row;

/** Called for each relocation that was applied, while the {@link io.modrt.spi.Fixup} still has its numbers. */
interface RelocationObserver {

    /**
     * One relocation was applied.
     *
     * @param row its type
     * @param isDirect whether it goes to S + A, not to a stub at the fixup's goal
     * @param value the value before it was cut to the field
     * @param before the contents of the place before, and {@code after} those after it was applied
     */
    void applied(Relocator fixup, Row row, boolean isDirect, long value, long before, long after);
}
