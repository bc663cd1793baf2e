package io.modrt.kernel;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Whether and to whom a symbol is exported. An export is in one of five tables, and each table has a rule for its users. The kernel
 * searches the tables of one owner in the order of {@link #tables()}, and goes on with the next table where the user may not have the
 * symbol. Linux 5.12 removed all tables except the first two.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ExportKind {
    /** The source does not say whether the symbol is exported. */
    UNKNOWN(null, false, ""),

    /** The symbol is known not to be exported, so the kernel binds no module's import to it. */
    NOT_EXPORTED(null, false, "not exported"),

    /** The symbol is exported, but the source does not say in which table. */
    EXPORTED(null, false, ""),

    /** {@code EXPORT_SYMBOL}: any module may use it. */
    PLAIN("", false, ""),

    /** {@code EXPORT_SYMBOL_GPL}: only modules with a GPL-compatible licence may use it. */
    GPL("_gpl", true, "GPL only"),

    /** {@code EXPORT_SYMBOL_GPL_FUTURE}: any module may use it; the kernel logs a warning if the user's licence is not GPL-compatible. */
    GPL_FUTURE("_gpl_future", false, "GPL only in future"),

    /** {@code EXPORT_UNUSED_SYMBOL}: any module may use it; the kernel logs a warning. */
    UNUSED("_unused", false, "unused"),

    /**
     * {@code EXPORT_UNUSED_SYMBOL_GPL}: only modules with a GPL-compatible licence may use it; the kernel logs a warning.
     */
    UNUSED_GPL("_unused_gpl", true, "unused, GPL only");

    private static final List<ExportKind> TABLES = List.of(PLAIN, GPL, GPL_FUTURE, UNUSED, UNUSED_GPL);

    private final @Nullable String suffix;
    private final boolean gplOnly;
    private final String text;

    ExportKind(@Nullable String suffix, boolean gplOnly, String text) {
        this.suffix = suffix;
        this.gplOnly = gplOnly;
        this.text = text;
    }

    /** The five kinds that have a table, in the order in which the kernel searches them. */
    public static List<ExportKind> tables() {
        return TABLES;
    }

    /** Whether the symbol is known to be exported. */
    public boolean isExported() {
        return this != UNKNOWN && this != NOT_EXPORTED;
    }

    /** Whether only modules with a GPL-compatible licence may use it; false if that is not known. */
    public boolean isGplOnly() {
        return gplOnly;
    }

    /** Whether the kernel warns every user that the symbol is meant to go. */
    public boolean isUnused() {
        return this == UNUSED || this == UNUSED_GPL;
    }

    /**
     * The section with the table's records, for example {@code __ksymtab_gpl}.
     *
     * @throws IllegalStateException if this kind has no table
     */
    public String section() {
        return "__ksymtab" + suffix();
    }

    /**
     * The section with the CRCs of the table's records, for example {@code __kcrctab_gpl}.
     *
     * @throws IllegalStateException if this kind has no table
     */
    public String crcSection() {
        return "__kcrctab" + suffix();
    }

    private String suffix() {
        String known = suffix;
        if (known == null) {
            throw new IllegalStateException(this + " has no table");
        }
        return known;
    }

    /** What users should know of it, for a message; empty if there is nothing. */
    String text() {
        return text;
    }
}
