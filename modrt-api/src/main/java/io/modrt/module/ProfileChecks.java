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
import io.modrt.kernel.KernelVersion;
import java.util.HashSet;
import java.util.Set;

/**
 * The checks of a file that only some kernels make. A version here is the first in which the check was observed; stable releases take up
 * checks of later versions, so the patch level counts. The check of the names of all sections is not here, since {@link ElfFile#view}
 * always makes it.
 */
final class ProfileChecks {
    private static final String MODINFO = ".modinfo";
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    /** The sections whose SHF_ALLOC the loader clears before sysfs shows the loaded sections. */
    private static final Set<String> UNLOADED = Set.of(MODINFO, "__versions", ".data..percpu");

    private static final KernelVersion V6_4 = new KernelVersion(6, 4, 0);
    private static final KernelVersion V6_12 = new KernelVersion(6, 12, 0);
    private static final KernelVersion V6_12_117 = new KernelVersion(6, 12, 117);
    private static final KernelVersion V6_14 = new KernelVersion(6, 14, 0);

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
        KernelVersion version = profile.version();
        if (version.isAtLeast(V6_12_117)) {
            checkStringTable(file.section(file.header().nameTableIndex()), "section name table");
        }
        if (!findings.policy().isRelaxed(Rule.MODULE_SECTIONS)) {
            checkModuleSections(version);
        }
        if (profile.has(ConfigOption.STRICT_MODULE_RWX)) {
            checkWriteXorExecute();
        }
        if (version.isAtLeast(V6_12)) {
            checkLoadedNames();
        }
    }

    private void checkModuleSections(KernelVersion version) {
        if (version.isAtLeast(V6_4)) {
            checkThisModule(version);
        }
        if (version.isAtLeast(V6_12)) {
            checkModinfo(version);
            checkSymbols(version);
        }
    }

    private void checkThisModule(KernelVersion version) {
        String subject = "module " + module + ": ";
        boolean looksAtTypes = version.isAtLeast(V6_12_117);
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
    }

    private void checkModinfo(KernelVersion version) {
        int found = 0;
        for (Section s : file.sections()) {
            boolean counts = s.hasContents() || version.isAtLeast(V6_12_117);
            if (counts && s.isNamed(MODINFO)) {
                found++;
                if (version.isAtLeast(V6_14) && !s.isAllocated()) {
                    throw refuse(s, "has no SHF_ALLOC, which this kernel wants");
                }
            }
        }
        if (found > 1 || (found == 0 && version.isAtLeast(V6_14))) {
            throw refuse(
                    found + " sections " + MODINFO + ", this kernel wants one",
                    "Only one " + MODINFO + " section must exist.");
        }
    }

    private void checkSymbols(KernelVersion version) {
        int found = 0;
        for (Section s : file.sections()) {
            if (s.type() == Section.SHT_SYMTAB) {
                found++;
                Section strings = file.section(s.link());
                if (version.isAtLeast(V6_12_117)) {
                    checkStringTable(strings, "symbol string table");
                }
                if (version.isAtLeast(V6_14)
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

    private void checkWriteXorExecute() {
        for (Section s : file.sections()) {
            if (s.isWritable() && s.isExecutable()) {
                String what = s.where() + ": is writable and executable, which STRICT_MODULE_RWX forbids";
                findings.broken(
                        Rule.WRITE_XOR_EXECUTE,
                        Refusal.of(Errno.ENOEXEC, what)
                                .wayOut("relax Rule." + Rule.WRITE_XOR_EXECUTE + " to load it")
                                .logged(module + ": section " + s.name() + " (index " + s.index()
                                        + ") has invalid WRITE|EXEC flags"),
                        FormatException::new);
            }
        }
    }

    /** Checks that loaded sections have different names, since sysfs shows each as a file in one folder. */
    private void checkLoadedNames() {
        Set<String> names = new HashSet<>();
        for (Section s : file.sections()) {
            boolean shown = s.isAllocated() && s.sizeBytes() != 0 && !UNLOADED.contains(s.name());
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
