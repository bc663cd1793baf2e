package io.modrt.version;

import org.apiguardian.api.API;

/**
 * The history of the kernel's module loader, as far as it decides what a load does: each constant is a change, and its span says which
 * versions have it. Where a stable series took a change over, the span names the first patch level in which it was seen.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum LoaderChange implements KernelChange {
    /** The tables of exports that were unused, or were going to be GPL-only, exist. */
    UNUSED_EXPORT_TABLES(Span.between("2.6.17", "5.12")),
    /** {@code __versions} is read where the file was copied to; before, it was loaded like any section. */
    VERSIONS_NOT_LOADED(Span.since("2.6.27")),
    /** Without vermagic or CRCs a module needs MODULE_FORCE_LOAD; before, every kernel took it with a taint. */
    FORCE_BY_CONFIGURATION(Span.since("2.6.27")),
    /** The release in a vermagic does not count if the module has {@code __versions}; before, the kernel's MODVERSIONS decided. */
    VERMAGIC_BY_MODULE(Span.since("2.6.27")),
    /** A module with {@code __versions} needs a record for each symbol that has a CRC; where this is missing the kernel only warns. */
    VERSION_RECORD_REQUIRED(
            Span.between("2.6.27", "4.9").and(Span.between("6.1.0", "6.2")).and(Span.since("6.12"))),
    /** Room for stubs lies in front of each section; before, in one area at the head of core and one at that of init. */
    STUBS_BY_SECTION(Span.since("2.6.29")),
    /** The CRC that stands for the loader's own structures is {@code module_layout}'s; before, {@code struct_module}'s. */
    MODULE_LAYOUT(Span.since("2.6.30")),
    /** An import that is refused fails with the errno of its cause; before, with that of an unknown symbol, and a weak one stayed unresolved. */
    ERRNO_OF_CAUSE(Span.since("2.6.35")),
    /** Export tables are searched by bisection, so a name that is not in order is not found. */
    EXPORTS_BISECTED(Span.since("3.0")),
    /** An export record has a third field, its namespace. */
    EXPORT_NAMESPACES(Span.since("5.4")),
    /** Modules lie in up to seven regions by type of use; before, in one for core and one for init. */
    MEMORY_TYPES(Span.since("6.4")),
    /** {@code struct module} in the file is one section, loaded and with contents. */
    THIS_MODULE_CHECKED(Span.since("6.4")),
    /** A file with two symbol tables, or with two sections {@code .modinfo}, is refused. */
    TABLES_COUNTED(Span.since("6.12")),
    /** Sections of one name cannot be shown by sysfs, which ends the load. */
    SECTION_NAMES_UNIQUE(Span.since("6.12")),
    /** Names of sections and symbols are in sections of type SHT_STRTAB. */
    STRING_TABLES_CHECKED(Span.since("6.12.117")),
    /** {@code .modinfo} is a loaded section, and string tables begin with NUL. */
    MODINFO_LOADED(Span.since("6.14")),
    /** CRCs of imports may stand in records whose names have any length. */
    EXTENDED_MODVERSIONS(Span.since("6.14"));

    private final Span span;

    LoaderChange(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
