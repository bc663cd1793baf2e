package io.modrt.version;

import org.apiguardian.api.API;

/**
 * The history of the kernel's module loader, as far as it decides what a load does: each constant is a change, and its span says which
 * versions have it. Where a stable series took a change over, the span names the first patch level in which it was seen.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum LoaderChange implements KernelChange {
    /** The signature is the first thing that is looked at; in between, the name of the module was known by then. */
    SIGNATURE_FIRST(Span.until("4.19").and(Span.since("5.10"))),
    /** The tables of exports that were unused, or were going to be GPL-only, exist. */
    UNUSED_EXPORT_TABLES(Span.between("2.6.17", "5.12")),
    /** Each module has taints of its own; before, the kernel alone had some. */
    TAINTS_OF_MODULES(Span.since("2.6.20")),
    /** {@code __versions} is read where the file was copied to; before, it was loaded like any section. */
    VERSIONS_NOT_LOADED(Span.since("2.6.27")),
    /** Without vermagic or CRCs a module needs MODULE_FORCE_LOAD; before, every kernel took it with a taint. */
    FORCE_BY_CONFIGURATION(Span.since("2.6.27")),
    /** The release in a vermagic does not count if the module has {@code __versions}; before, the kernel's MODVERSIONS decided. */
    VERMAGIC_BY_MODULE(Span.since("2.6.27")),
    /** A module with {@code __versions} needs a record for each symbol that has a CRC; where this is missing the kernel only warns. */
    VERSION_RECORD_REQUIRED(Span.between("2.6.27", "4.9")
            .and(Span.between("5.10.262", "5.11"))
            .and(Span.between("6.1.0", "6.2"))
            .and(Span.since("6.12"))),
    /** An undefined weak symbol whose export is missing has the negative error number as its value, not 0. */
    UNDEFINED_WEAK_IS_ERROR(Span.between("2.6.27", "2.6.30")),
    /** The taints in {@code /proc/modules} end in a sign if the module is coming or going. */
    STATE_BEHIND_TAINTS(Span.since("2.6.27")),
    /** A module of the staging directory taints the kernel. */
    STAGING_TAINT(Span.since("2.6.28")),
    /** Room for stubs lies in front of each section; before, in one area at the head of core and one at that of init. */
    STUBS_BY_SECTION(Span.since("2.6.29")),
    /** The CRC that stands for the loader's own structures is {@code module_layout}'s; before, {@code struct_module}'s. */
    MODULE_LAYOUT(Span.since("2.6.30")),
    /** Exports without CRCs are refused without a line; before, with one. */
    MISSING_CRCS_REFUSED_SILENTLY(Span.since("2.6.31")),
    /** A parameter has flags, behind 16 bits of permissions; before, the permissions had 32. */
    PARAMETER_FLAGS(Span.since("2.6.31")),
    /** Empty sections do not stand in {@code /sys/module/NAME/sections}. */
    EMPTY_SECTIONS_HIDDEN(Span.since("2.6.32")),
    /** The symbol table lies in init memory, and core has a copy of the symbols that stay; before, the whole table lay in core. */
    SYMBOLS_COPIED(Span.since("2.6.32")),
    /** An import that is refused fails with the errno of its cause; before, with that of an unknown symbol, and a weak one stayed unresolved. */
    ERRNO_OF_CAUSE(Span.since("2.6.35")),
    /** Per-CPU data is in {@code .data..percpu}; before, in {@code .data.percpu}. */
    PER_CPU_NAME(Span.since("2.6.35")),
    /** Of several symbol tables the first one counts; before, the last. */
    FIRST_SYMBOL_TABLE(Span.since("2.6.36")),
    /** A parameter points to a table of operations; before, to the functions that set and show it. */
    PARAMETER_OPERATIONS(Span.since("2.6.36")),
    /** Addresses in {@code /sys/module/NAME/sections} have leading zeros. */
    SECTION_ADDRESSES_PADDED(Span.since("2.6.39")),
    /** Export tables are searched by bisection, so a name that is not in order is not found. */
    EXPORTS_BISECTED(Span.since("3.0")),
    /** A module that was not built in the kernel's tree taints it. */
    OUT_OF_TREE_TAINT(Span.since("3.2")),
    /** The variable of a truth is always a bool; before, a flag said so, and without it, it was an int. */
    TRUTHS_ARE_BOOL(Span.since("3.3")),
    /** Sizes and taints stand in {@code /sys/module/NAME} too. */
    SIZES_IN_SYSFS(Span.since("3.4")),
    /** Each symbol that stays has its own copy of its name; before, names shared their ends as in the file. */
    SYMBOL_NAMES_APART(Span.since("3.4")),
    /** One more NUL lies in front of these names. */
    SYMBOL_NAMES_BEHIND_NUL(Span.between("3.4", "3.6")),
    /** The table of tracing sites is sorted in the module's memory. */
    TRACING_SITES_SORTED(Span.since("3.6")),
    /** Signatures are looked for at the end of a module. */
    SIGNATURES(Span.since("3.7")),
    /** Section headers that are outside the file are refused without a line; before, with that of truncated contents. */
    HEADERS_REFUSED_SILENTLY(Span.since("3.8")),
    /** A module called lve counts as proprietary, whatever its licence says. */
    LVE_IS_PROPRIETARY(Span.since("3.8")),
    /** Init functions are called by {@code do_init_module}, whose name stands in lines of the log; before, by the system call itself. */
    INIT_IN_A_FUNCTION(Span.since("3.8")),
    /** Constructors may stand in {@code .init_array}; before, in {@code .ctors} alone. */
    INIT_ARRAY(Span.since("3.13")),
    /** A number that does not fit a parameter's variable answers ERANGE; before, EINVAL, as what is no number. */
    PARAMETER_RANGES(Span.since("3.13")),
    /** Common symbols of link-time optimisation are let pass. */
    LTO_COMMONS(Span.since("3.15")),
    /** A module without a signature that the kernel knows has a taint of its own (E); before, it counted as forced (F). */
    UNSIGNED_TAINT(Span.since("3.15")),
    /** A flag of a parameter says that setting it taints the kernel. */
    PARAMETERS_UNSAFE(Span.since("3.17")),
    /** Parameters behind one that is refused are looked at, too, and the last refusal counts; before, the first ended it. */
    PARAMETERS_PARSED_ON(Span.since("4.1")),
    /** A parameter points to its module, too. */
    PARAMETER_MODULE(Span.since("4.2")),
    /** Signatures are PKCS#7; before, they were of a form of the kernel's own. */
    PKCS7_SIGNATURES(Span.since("4.3")),
    /** An entry of {@code __jump_table} says of its branch whether it is taken while its key is off; before, the key said it of all. */
    BRANCH_KIND_IN_ENTRY(Span.since("4.3")),
    /** With KALLSYMS_ALL the symbols of per-CPU data stay, as absolute ones; before, only on a kernel for one processor. Not yet in 3.16. */
    PER_CPU_SYMBOLS_STAY(Span.since("4.5")),
    /** A module may say that it is a live patch, which needs LIVEPATCH. */
    LIVEPATCH_MODULES(Span.since("4.5")),
    /** {@code struct module} holds each region's size behind its base; before, both bases came first. */
    SIZE_BEHIND_BASE(Span.since("4.5")),
    /** A struct behind the symbols in init memory points to them; before, {@code struct module} did. */
    SYMBOLS_BY_STRUCT(Span.since("4.5")),
    /** A parameter may be switched with {@code on} and {@code off}. */
    TRUTHS_ON_AND_OFF(Span.since("4.6")),
    /** The kernel refuses modules that the boot parameter {@code module_blacklist} names. */
    BLACKLIST(Span.since("4.8")),
    /** {@code .data..ro_after_init} has a pass of its own in the layout. */
    READ_ONLY_AFTER_INIT(Span.since("4.8")),
    /** The module's name is known, from {@code .modinfo}, when {@code struct module} is looked for, and stands in the line about it. */
    NAME_BEFORE_MODULE(Span.since("4.14")),
    /** The line about an unknown symbol has the errno of a missing one too; before, 0. */
    MISSING_SYMBOL_ERRNO(Span.since("4.19")),
    /** {@code __jump_table} is read-only after initialisation, and says which of its code is in init memory. */
    JUMP_TABLE_AFTER_INIT(Span.since("4.20")),
    /** A symbol's type letter is in {@code st_size}; before, in {@code st_info}. */
    TYPE_LETTERS_IN_SIZE(Span.between("5.0", "5.2")),
    /** Type letters are a table of their own. */
    TYPE_LETTERS_APART(Span.since("5.2")),
    /** Entries of {@code __jump_table} that have one key are in the order of their code; before, a heap sort by key left them in any. */
    JUMP_TABLE_BY_CODE(Span.since("5.3")),
    /** An export record has a third field, its namespace. */
    EXPORT_NAMESPACES(Span.since("5.4")),
    /** A signature of another kind counts as none, and a kernel that wants signatures answers EKEYREJECTED; before, ENOKEY. */
    SIGNATURE_KIND_TOLERATED(Span.since("5.4")),
    /** A kernel that is locked down refuses modules without a valid signature. */
    LOCKDOWN(Span.since("5.4")),
    /** A section that is both writable and executable is refused under STRICT_MODULE_RWX. */
    WRITABLE_CODE_REFUSED(Span.since("5.8")),
    /** Whoever uses the exports of a proprietary module becomes proprietary. */
    TAINT_INHERITED(Span.since("5.9")),
    /** All section headers are checked before one is used; before, only that contents end inside the file. */
    SECTIONS_VALIDATED(Span.since("5.10")),
    /** A file that is no sound ELF file is told of in one line for all faults; before, in none. */
    ELF_FAULTS_LOGGED(Span.since("5.10")),
    /** Exit sections go to init memory if modules cannot be unloaded; before, they were not loaded then. */
    EXIT_SECTIONS_IN_INIT(Span.since("5.14")),
    /** Each fault of an ELF file has a line of its own. */
    ELF_FAULTS_NAMED(Span.since("5.16")),
    /** The kernel can decompress modules itself: gzip and xz. */
    DECOMPRESSION(Span.since("5.17")),
    /** Names of symbols that stay are copied whole; before, their first 127 characters. */
    SYMBOL_NAMES_WHOLE(Span.since("5.19")),
    /** A module for tests taints the kernel. */
    TEST_TAINT(Span.since("6.0")),
    /** {@code /proc/kallsyms} shows 511 characters of a name; before, 127. */
    SYMBOL_NAMES_LONG(Span.since("6.1")),
    /** A symbol's section must be one of the file's; a fix that stable kernels took over. */
    SYMBOL_SECTIONS_CHECKED(Span.between("6.1", "6.2").and(Span.since("6.12"))),
    /** The kernel can decompress zstd too. */
    ZSTD_DECOMPRESSION(Span.since("6.2")),
    /** Modules lie in up to seven regions by type of use; before, in one for core and one for init. */
    MEMORY_TYPES(Span.since("6.4")),
    /** {@code struct module} in the file is one section, loaded and with contents. */
    THIS_MODULE_CHECKED(Span.since("6.4")),
    /** A file with two symbol tables, or with two sections {@code .modinfo}, is refused. */
    TABLES_COUNTED(Span.since("6.4")),
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
