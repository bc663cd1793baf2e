package io.modrt.testkit;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** What changed in the form of modules that a kernel's build makes, as far as their loader takes both forms. */
enum BuildChange implements KernelChange {
    /** CRCs of exports are words; before, the values of absolute symbols, as wide as pointers. */
    CRCS_AS_WORDS(Span.since("4.10")),
    /** Export records hold distances on machines that have short ones; before, addresses everywhere. */
    EXPORTS_AS_DISTANCES(Span.since("4.19")),
    /** Exceptions and static branches have the forms of {@link ElfTarget#tables}; before, some machines had other forms or none. */
    TABLES_AS_NOW(Span.since("5.3"));

    private final Span span;

    BuildChange(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
