package io.modrt.parisc;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** The history of PA-RISC kernels, as far as it decides what a load does. */
enum PariscChange implements KernelChange {
    /** A load from the GOT has a displacement of 16 bits; before, of 14. */
    WIDE_GOT(Span.since("2.6.31")),
    /** The line about a SHT_REL section says REL; before, only that the relocation is unsupported. */
    REL_NAMED(Span.since("3.1")),
    /** Exception entries have distances, for which type PCREL32 exists; before, addresses. */
    RELATIVE_EXCEPTIONS(Span.since("4.9")),
    /** CRCs have 4 bytes, for which type SECREL32 exists. */
    SHORT_CRCS(Span.since("4.11")),
    /** Code is rewritten for the machine. */
    ALTERNATIVES(Span.since("5.0")),
    /** Static branches are rewritten, for whose tables type PCREL64 exists. */
    JUMP_LABELS(Span.since("5.2")),
    /** The tracer of functions rewrites nops in front of functions. */
    PATCHABLE_ENTRIES(Span.since("5.3")),
    /** The table of these nops has the compiler's name; before, the linker's script renamed it. */
    SITE_TABLE_OF_COMPILER(Span.since("5.7")),
    /** An entry of {@code .altinstructions} has 12 bytes, seen in 6.1; before, 16, seen in 5.10. */
    SHORT_ALTERNATIVES(Span.since("5.17")),
    /** Kernels may have STRICT_MODULE_RWX, so that a module's code and data begin on pages of their own. */
    STRICT_MODULE_RWX(Span.between("5.15.100", "5.16").and(Span.since("5.19"))),
    /** An exception entry has a third field, which says which register takes the error. */
    ERROR_REGISTER(Span.between("6.1", "6.2").and(Span.since("6.8"))),
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
