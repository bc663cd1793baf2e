package io.modrt.engine;

import io.modrt.elf.ElfHeader;
import io.modrt.engine.resolution.ImportRules;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.Export;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the kernel checks of a module before it lays it out: architecture, file, {@code module_layout}, vermagic, configuration.
 */
final class Acceptance {
    private final ModuleFile file;
    private final Target target;
    private final Findings findings;

    Acceptance(ModuleFile file, Target target, Findings findings) {
        this.file = file;
        this.target = target;
        this.findings = findings;
    }

    void check(KernelSymbols symbols) {
        architecture(file.name(), file.elf().header(), target);
        target.kernel().check(file);
        findings.addAll(file.checkFor(target.profile(), findings.policy()));
        blacklist();
        boolean hasExports = readExports();
        moduleLayout(symbols, hasExports);
        if (hasExports) {
            exportRecords();
        }
        vermagic();
        new ConfigChecks(file, target.profile(), findings).check();
    }

    /** Refuses a module that the boot parameter {@code module_blacklist} names: {@code blacklisted}. */
    private void blacklist() {
        if (target.profile().has(LoaderChange.BLACKLIST)
                && findings.policy().admission().blacklist().contains(file.name())) {
            findings.broken(
                    Rule.BLACKLIST,
                    Refusal.of(Errno.EPERM, "is on the blacklist that the kernel was booted with (module_blacklist)")
                            .wayOut("boot without it, or relax Rule." + Rule.BLACKLIST)
                            .logged("Module " + file.name() + " is blacklisted"));
        }
    }

    /** Raises ENOEXEC if a file with this header is not for the target. */
    static void architecture(String name, ElfHeader header, Target target) {
        ElfHeader first = target.first();
        if (!target.arch().accepts(header)) {
            throw new FormatException(Refusal.of(
                            Errno.ENOEXEC,
                            "machine " + header.machine() + ", " + header.elfClass() + ", flags 0x"
                                    + Integer.toHexString(header.flags()) + " is not for this "
                                    + target.arch().name()
                                    + " kernel; a runtime is one kernel, use another runtime for other machines")
                    .logged(Architectures.refusalLine(header))
                    .at(name));
        }
        if (header.isBigEndian() != first.isBigEndian()) {
            throw new FormatException(Refusal.beyondKernel("is " + (header.isBigEndian() ? "big" : "little")
                            + " endian, the runtime's first module was not; use another runtime")
                    .at(name));
        }
    }

    /**
     * Checks CRCs, on kernels with MODVERSIONS: that of the symbol that stands for the loader's own structures must be the kernel's, and
     * each export must have one.
     */
    private void moduleLayout(KernelSymbols symbols, boolean hasExports) {
        KernelProfile profile = target.profile();
        if (!profile.has(ConfigOption.MODVERSIONS)) {
            return;
        }
        String layout = profile.has(LoaderChange.MODULE_LAYOUT) ? "module_layout" : "struct_module";
        OptionalInt theirs = symbols.find(layout).map(KernelSymbol::crc).orElse(OptionalInt.empty());
        if (theirs.isPresent()) {
            if (file.hasVersions(profile)) {
                ImportRules.checkCrc(file, layout, theirs.getAsInt(), Errno.ENOEXEC, profile, findings);
            } else {
                forced(Rule.MODVERSIONS, "has no __versions");
            }
        }
        if (hasExports && !file.exports().haveCrcs()) {
            forced(
                    Rule.MODVERSIONS,
                    "exports symbols without CRCs",
                    profile.has(LoaderChange.MISSING_CRCS_REFUSED_SILENTLY)
                            ? new String[0]
                            : new String[] {file.name() + ": No versions for exported symbols."});
        }
    }

    /** Reads the export tables; where that fails, a best-effort policy lets the module export nothing. */
    private boolean readExports() {
        try {
            file.exports();
            return true;
        } catch (FormatException malformed) {
            findings.passOver(malformed, file.name() + ": exports");
            return false;
        }
    }

    /** Reports exports that the kernel does not find, and records of another number of fields than it reads. */
    private void exportRecords() {
        KernelProfile profile = target.profile();
        List<Export> found = file.exports(profile);
        if (found.size() < file.exports().size()) {
            Set<Export> lost = new LinkedHashSet<>(file.exports());
            found.forEach(lost::remove);
            findings.silent(
                    file.name(),
                    lost.size()
                            + " of its exports are not found by a kernel of this profile, which searches sorted tables"
                            + " by bisection, and since 5.12 only two of them; the first is "
                            + lost.iterator().next().name(),
                    FormatException::new);
        }
        file.hasExportNamespaces()
                .filter(has -> has != profile.has(LoaderChange.EXPORT_NAMESPACES))
                .ifPresent(has -> findings.silent(
                        file.name(),
                        "has export records of " + (has ? "three" : "two")
                                + " fields, and a kernel of this profile reads " + (has ? "two" : "three"),
                        FormatException::new));
    }

    private void vermagic() {
        KernelProfile profile = target.profile();
        Optional<String> ours = profile.vermagic();
        Optional<String> theirs = file.info().vermagic();
        if (theirs.isEmpty()) {
            if (!file.info().entries().isEmpty() || !findings.policy().isRelaxed(Rule.MODULE_SECTIONS)) {
                forced(Rule.VERMAGIC, "has no vermagic");
            }
            return;
        }
        boolean versioned = profile.has(LoaderChange.VERMAGIC_BY_MODULE)
                ? file.hasVersions(profile)
                : profile.has(ConfigOption.MODVERSIONS);
        if (ours.isPresent() && !comparable(ours.get(), versioned).equals(comparable(theirs.get(), versioned))) {
            findings.broken(
                    Rule.VERMAGIC,
                    Refusal.of(Errno.ENOEXEC, "version magic '" + theirs.get() + "' should be '" + ours.get() + "'")
                            .wayOut("load it into the kernel that it was built for, or relax Rule." + Rule.VERMAGIC)
                            .logged(file.name() + ": version magic '" + theirs.get() + "' should be '" + ours.get()
                                    + "'"));
        }
    }

    /** The part of a vermagic that is compared: without the release, up to the first space, if it is versioned. */
    private static String comparable(String vermagic, boolean versioned) {
        int space = vermagic.indexOf(' ');
        return versioned && space >= 0 ? vermagic.substring(space) : vermagic;
    }

    /** Reports a fault that kernels with MODULE_FORCE_LOAD let pass with a taint and others refuse: {@code try_to_force_load}. */
    private void forced(Rule rule, String what, String... lines) {
        if (!ImportRules.isForceRefused(target.profile())) {
            findings.taint(Taint.FORCED);
            findings.warn(what + "; the kernel taints itself (F) and goes on");
        } else {
            findings.broken(
                    rule,
                    Refusal.of(Errno.ENOEXEC, what + ", and the kernel has no MODULE_FORCE_LOAD")
                            .logged(lines));
        }
    }
}
