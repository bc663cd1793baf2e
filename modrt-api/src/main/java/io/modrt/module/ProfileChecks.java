package io.modrt.module;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The checks of a file that only some kernels make. The check of the names of all sections is not here, since {@link ElfFile#view}
 * always makes it.
 */
final class ProfileChecks {
    private static final String MODINFO = ".modinfo";
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    /** The sections whose SHF_ALLOC the loader clears before sysfs shows the loaded sections. */
    private static final Set<String> UNLOADED = Set.of(MODINFO, "__versions", ".data..percpu");

    private final ElfFile file;
    private final String module;
    private final Findings findings;
    private final KernelProfile profile;

    ProfileChecks(ElfFile file, String module, Findings findings, KernelProfile profile) {
        this.file = file;
        this.module = module;
        this.findings = findings;
        this.profile = profile;
    }

    void check() {
        checkModuleSections();
        if (profile.has(LoaderChange.SECTION_NAMES_UNIQUE)) {
            checkLoadedNames();
        }
    }

    /** The checks of the sections that make a file a module, which end {@code elf_validity_check}. */
    void checkModuleSections() {
        if (findings.policy().isRelaxed(Rule.MODULE_SECTIONS)) {
            return;
        }
        boolean isNewOrder = profile.has(LoaderChange.STRING_TABLES_CHECKED);
        if (!profile.has(LoaderChange.FIRST_SYMBOL_TABLE)) {
            checkLastSymbols();
        }
        if (profile.has(LoaderChange.TABLES_COUNTED)) {
            checkModinfo();
            if (!isNewOrder) {
                checkSymbols();
            }
        }
        if (profile.has(LoaderChange.THIS_MODULE_CHECKED)) {
            checkThisModule();
        }
        if (profile.has(LoaderChange.TABLES_COUNTED) && isNewOrder) {
            checkSymbols();
        }
    }

    private void checkThisModule() {
        String subject = "module " + module + ": ";
        boolean looksAtTypes = profile.has(LoaderChange.STRING_TABLES_CHECKED);
        String one = subject + (looksAtTypes ? "Exactly" : "Only") + " one " + THIS_MODULE + " section must exist.";
        int found = 0;
        for (Section s : file.sections()) {
            if (s.isNamed(THIS_MODULE) && s.type() != Section.SHT_NULL) {
                found++;
                if (!s.hasContents() || !s.isAllocated()) {
                    throw refuse(
                            Errno.ENOEXEC,
                            s,
                            "type " + s.type() + ", flags 0x" + Long.toHexString(s.flags())
                                    + ": this kernel wants SHF_ALLOC and contents",
                            s.hasContents()
                                    ? subject + THIS_MODULE + " must occupy memory during process execution"
                                    : looksAtTypes ? subject + THIS_MODULE + " section must have a size set" : one);
                }
            }
        }
        if (found != 1) {
            throw refuse(found + " sections " + THIS_MODULE + ", this kernel wants one", one);
        }
        checkStructSize(subject);
    }

    private void checkStructSize(String subject) {
        Section s = file.section(THIS_MODULE).orElseThrow();
        OptionalInt bytes = profile.structModuleBytes();
        if (bytes.isPresent() && s.sizeBytes() != bytes.getAsInt()) {
            throw refuse(
                    Errno.ENOEXEC,
                    s,
                    s.sizeBytes() + " bytes, struct module of this kernel has " + bytes.getAsInt(),
                    subject + THIS_MODULE
                            + " section size must match the kernel's built struct module size at run time");
        }
    }

    private void checkModinfo() {
        int found = 0;
        for (Section s : file.sections()) {
            boolean counts = s.hasContents() || profile.has(LoaderChange.STRING_TABLES_CHECKED);
            if (counts && s.isNamed(MODINFO)) {
                found++;
                if (profile.has(LoaderChange.MODINFO_LOADED) && !s.isAllocated()) {
                    throw refuse(s, "has no SHF_ALLOC, which this kernel wants");
                }
            }
        }
        if (found > 1 || (found == 0 && profile.has(LoaderChange.MODINFO_LOADED))) {
            throw refuse(
                    found + " sections " + MODINFO + ", this kernel wants one",
                    "Only one " + MODINFO + " section must exist.");
        }
    }

    /** Refuses a second symbol table, which such a kernel would use instead of the first. */
    private void checkLastSymbols() {
        long tables = file.sections().stream()
                .filter(s -> s.type() == Section.SHT_SYMTAB)
                .count();
        if (tables > 1) {
            String where = file.name().isEmpty() ? "" : file.name() + ": ";
            throw new FormatException(Refusal.beyondKernel(
                    where + tables + " symbol tables, of which kernels until 2.6.35 use the last, whatever is in it"));
        }
    }

    private void checkSymbols() {
        int found = 0;
        for (Section s : file.sections()) {
            if (s.type() == Section.SHT_SYMTAB) {
                found++;
                Section strings = file.section(s.link());
                if (profile.has(LoaderChange.STRING_TABLES_CHECKED)) {
                    checkStringTable(strings, "symbol string table");
                }
                if (profile.has(LoaderChange.MODINFO_LOADED)
                        && (strings.sizeBytes() == 0 || file.array()[(int) strings.fileOffset()] != 0)) {
                    throw refuse(strings, "its first byte is not NUL");
                }
            }
        }
        if (found != 1) {
            throw refuse(
                    found + " symbol tables, this kernel wants one", module + ": module has no symbols (stripped?)");
        }
    }

    private static void checkStringTable(Section s, String role) {
        if (s.type() != Section.SHT_STRTAB) {
            throw refuse(
                    Errno.ENOEXEC,
                    s,
                    "the " + role + ": type " + s.type() + ", this kernel wants SHT_STRTAB (3)",
                    "Invalid ELF " + role + " type: " + s.type());
        }
    }

    /** Whether it is the symbol table or its string table, which kernels with KALLSYMS load. */
    private boolean isOfSymbols(Section s) {
        return profile.has(ConfigOption.KALLSYMS)
                && file.symbolTable()
                        .filter(table -> s.equals(table.section()) || s.equals(table.stringTable()))
                        .isPresent();
    }

    /** Checks that loaded sections have different names, since sysfs shows each as a file in one folder. */
    private void checkLoadedNames() {
        Set<String> names = new HashSet<>();
        for (Section s : file.sections()) {
            boolean shown = (s.isAllocated() || isOfSymbols(s)) && s.sizeBytes() != 0 && !UNLOADED.contains(s.name());
            if (shown && !names.add(s.name())) {
                throw refuse(
                        Errno.EEXIST,
                        s,
                        "another loaded section has this name, which kernels from 6.12 refuse",
                        "sysfs: cannot create duplicate filename '/module/" + module + "/sections/" + s.name() + "'");
            }
        }
    }

    private FormatException refuse(String what, String line) {
        String where = file.name().isEmpty() ? "" : file.name() + ": ";
        return new FormatException(Refusal.of(Errno.ENOEXEC, where + what).logged(line));
    }

    private static FormatException refuse(Section s, String what) {
        return new FormatException(Refusal.of(Errno.ENOEXEC, s.where() + ": " + what));
    }

    private static FormatException refuse(Errno errno, Section s, String what, String line) {
        return new FormatException(Refusal.of(errno, s.where() + ": " + what).logged(line));
    }
}
