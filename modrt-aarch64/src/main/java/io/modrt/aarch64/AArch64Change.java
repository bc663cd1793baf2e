package io.modrt.aarch64;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** The history of AArch64 kernels, as far as it decides what a load does. */
enum AArch64Change implements KernelChange {
    /** A kernel that may be moved has entries in {@code .plt} for branches out of reach. */
    MODULE_PLTS(Span.since("4.6")),
    /** Modules have the 128 MB below the kernel and more, no longer 64 MB from where each branch reaches. */
    WIDE_MODULE_AREA(Span.since("4.6")),
    /** Entries of {@code __ex_table} are distances of 4 bytes, no longer addresses. */
    RELATIVE_EXCEPTIONS(Span.since("4.6")),
    /** Init code has a {@code .init.plt} of its own. */
    INIT_PLT(Span.since("4.12")),
    /** The workaround for erratum 843419 makes veneers, so it needs PLT sections; before, modules were compiled without {@code adrp}. */
    ERRATUM_VENEERS(Span.since("4.17")),
    /** Fields of export records are distances of 4 bytes, no longer addresses. */
    RELATIVE_EXPORTS(Span.since("4.19")),
    /** The code and the target of an entry of {@code __jump_table} are distances of 4 bytes, no longer addresses. */
    RELATIVE_JUMPS(Span.since("4.19")),
    /** The tracer's trampolines are written when a module is loaded, no longer when one is first needed. */
    TRAMPOLINES_AT_LOAD(Span.since("5.5")),
    /** An exception entry has a third field, which says how the exception is handled. */
    EXCEPTION_TYPES(Span.since("5.17"));

    private final Span span;

    AArch64Change(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
