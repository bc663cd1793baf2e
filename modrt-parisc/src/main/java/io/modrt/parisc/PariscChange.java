package io.modrt.parisc;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** The history of PA-RISC kernels, as far as it decides what a load does. */
enum PariscChange implements KernelChange {
    /** An exception entry has a third field, which says which register takes the error. */
    ERROR_REGISTER(Span.since("6.1")),
    /** The tracer tests for entries of 0 before it adjusts their addresses; others test afterwards, and find none. */
    ZERO_SITES_SKIPPED(Span.between("6.12.95", "6.13"));

    private final Span span;

    PariscChange(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
