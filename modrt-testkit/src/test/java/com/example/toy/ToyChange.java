package com.example.toy;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** The history of these kernels, as far as it decides what a load does; in the order of versions. */
enum ToyChange implements KernelChange {
    /** Code for initialisation has stubs of its own. */
    INIT_PLT(Span.since("4.12"));

    private final Span span;

    ToyChange(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
