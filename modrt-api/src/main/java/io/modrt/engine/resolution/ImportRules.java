package io.modrt.engine.resolution;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's rules for one module's imports: whether its licence allows it an export, and whether CRC and namespace agree. Unlike the
 * kernel it searches modules before the kernel's symbols. No name is exported by both, but a symbol map also has names that the kernel does
 * not export.
 */
public final class ImportRules<E extends Exporter> {
    private static final Set<String> GPL_COMPATIBLE =
            Set.of("GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL");

    /** How many names a message has that is about most loads. */
    private static final int FEW_NAMES = 3;

    private final ModuleFile file;
    private final KernelProfile profile;
    private final Findings findings;
    private final Set<String> namespaces;
    private final List<E> owners = new ArrayList<>();
    private final Map<String, String> hidden = new HashMap<>();
    private final List<String> perhapsExported = new ArrayList<>(FEW_NAMES);
    private int perhapsCount;
    private boolean proprietary;
    private boolean usesGplOnly;
    private boolean isForced;

    ImportRules(ModuleFile file, KernelProfile profile, Findings findings) {
        this.file = file;
        this.profile = profile;
        this.findings = findings;
        this.namespaces = new HashSet<>(file.info().importNamespaces());
        this.proprietary = isProprietary(file, profile);
    }

    /** Whether the module's licence is not compatible with the GPL, or its name is that of one that hides this. */
    public static boolean isProprietary(ModuleFile file, KernelProfile profile) {
        return !file.info().license().map(GPL_COMPATIBLE::contains).orElse(false)
                || file.name().equals("driverloader")
                || (file.name().equals("lve") && profile.has(LoaderChange.LVE_IS_PROPRIETARY));
    }

    /** The modules whose exports were used, in the order of first use. */
    List<E> owners() {
        return owners;
    }

    boolean isProprietary() {
        return proprietary;
    }

    /** How many symbols of the kernel were given to the module of which the source does not say whether they are exported. */
    int perhapsCount() {
        return perhapsCount;
    }

    /** The names of the first of them. */
    List<String> perhapsExported() {
        return perhapsExported;
    }

    /** Why the module may not use the exports of this name; empty if there are none, or if it may use one. */
    Optional<String> whyHidden(String name) {
        return hidden.isEmpty() ? Optional.empty() : Optional.ofNullable(hidden.get(name));
    }

    /** The export that the module gets for an undefined symbol; null if there is none that it may use. */
    @Nullable
    KernelSymbol choose(Candidates<E> candidates, int index) {
        for (ExportIndex.Offer<E> offer = candidates.ofModules(index); offer != null; offer = offer.next()) {
            KernelSymbol symbol = offer.symbol();
            if (isVisible(symbol) && inherits(offer.owner(), symbol.name())) {
                check(symbol);
                offer.owner().requireUsable(file.name(), symbol.name());
                if (!owners.contains(offer.owner())) {
                    owners.add(offer.owner());
                }
                return symbol;
            }
        }
        KernelSymbol symbol = candidates.ofKernel(index);
        if (symbol == null || !isExported(symbol) || !isVisible(symbol)) {
            return null;
        }
        check(symbol);
        return symbol;
    }

    /** Whether the kernel exports a symbol of its own, as far as its source knows. A CRC is a sign too. */
    private boolean isExported(KernelSymbol symbol) {
        if (symbol.kind() == ExportKind.NOT_EXPORTED) {
            return passes(Rule.EXPORTED, symbol.name(), "a symbol of the kernel that it does not export");
        }
        if (!symbol.kind().isExported() && symbol.crc().isEmpty()) {
            if (perhapsCount++ < FEW_NAMES) {
                perhapsExported.add(symbol.name());
            }
        }
        return true;
    }

    private boolean isVisible(KernelSymbol symbol) {
        if (!symbol.gplOnly()) {
            return true;
        }
        if (proprietary) {
            String why = "exported " + (symbol.owner().isEmpty() ? "" : "by " + symbol.owner() + " ")
                    + "for GPL-compatible modules only, and "
                    + file.info()
                            .license()
                            .map(license -> "the licence is \"" + license + "\"")
                            .orElse("there is no licence")
                    + (isProprietary(file, profile) ? "" : " but a proprietary module's exports are used");
            return passes(Rule.GPL_ONLY, symbol.name(), why);
        }
        usesGplOnly = true;
        return true;
    }

    /** Whether the policy lets the module use a symbol that {@code rule} hides from it. */
    private boolean passes(Rule rule, String name, String why) {
        if (!findings.policy().isRelaxed(rule)) {
            hidden.put(name, why + "; relax Rule." + rule + " to bind it");
            return false;
        }
        findings.add(Kind.RELAXED_RULE, "uses " + name + ", which is " + why);
        return true;
    }

    /**
     * Whether the module may use an export of {@code owner}: {@code inherit_taint}. A proprietary owner makes its users proprietary;
     * modules that use GPL-only exports cannot use it. Until 5.8 a module's own licence alone counted.
     */
    private boolean inherits(E owner, String name) {
        if (!owner.isProprietary() || proprietary || !profile.has(LoaderChange.TAINT_INHERITED)) {
            return true;
        }
        if (usesGplOnly) {
            return passes(
                    Rule.GPL_ONLY,
                    name,
                    "exported by proprietary " + owner.name() + ", and GPL-only symbols are used by " + file.name());
        }
        findings.taint(
                Taint.PROPRIETARY,
                "module uses symbols from proprietary module " + owner.name() + ", inheriting taint.");
        proprietary = true;
        return true;
    }

    private void check(KernelSymbol symbol) {
        crc(symbol);
        force(symbol);
        if (symbol.kind().isUnused()) {
            findings.warn("uses symbol " + symbol.name() + ", which is exported as unused");
        } else if (symbol.kind() == ExportKind.GPL_FUTURE && proprietary) {
            findings.warn("uses symbol " + symbol.name() + ", which is going to be exported for GPL only");
        }
        String namespace = symbol.namespace();
        if (!namespace.isEmpty() && !namespaces.contains(namespace)) {
            Refusal refusal = Refusal.of(
                            Errno.EINVAL,
                            "uses symbol " + symbol.name() + " from namespace " + namespace
                                    + " without import_ns; it imports " + (namespaces.isEmpty() ? "none" : namespaces))
                    .logged(file.name() + ": module uses symbol (" + symbol.name() + ") from namespace " + namespace
                            + ", but does not import it.");
            if (profile.has(ConfigOption.MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS)) {
                findings.warn(refusal.message());
            } else {
                findings.broken(Rule.NAMESPACE, refusal);
            }
        }
    }

    /** Taints the kernel if it takes the module without the CRC of {@code symbol}. */
    private void force(KernelSymbol symbol) {
        boolean lacks = symbol.crc().isPresent()
                && profile.has(ConfigOption.MODVERSIONS)
                && (!file.hasVersions(profile)
                        || (!profile.has(LoaderChange.FORCE_BY_CONFIGURATION)
                                && file.expectedCrc(symbol.name(), profile).isEmpty()));
        if (lacks && !isForced && !isForceRefused(profile)) {
            isForced = true;
            findings.taint(
                    Taint.FORCED,
                    profile.has(LoaderChange.FORCE_BY_CONFIGURATION)
                            ? symbol.name() + ": kernel tainted."
                            : "no version for \"" + symbol.name() + "\" found: kernel tainted.");
        }
    }

    private void crc(KernelSymbol symbol) {
        OptionalInt theirs = symbol.crc();
        if (theirs.isEmpty() || !profile.has(ConfigOption.MODVERSIONS)) {
            return;
        }
        if (!file.hasVersions(profile)) {
            if (isForceRefused(profile)) {
                findings.broken(
                        Rule.MODVERSIONS,
                        Refusal.of(Errno.EINVAL, "has no __versions, and " + symbol.name() + " has a CRC"));
            }
            return;
        }
        Errno errno = profile.has(LoaderChange.ERRNO_OF_CAUSE) ? Errno.EINVAL : Errno.ENOENT;
        checkCrc(file, symbol.name(), theirs.getAsInt(), errno, profile, findings);
    }

    /** Whether a kernel of this profile refuses a module without vermagic or CRCs, which others take with a taint. */
    public static boolean isForceRefused(KernelProfile profile) {
        return profile.has(LoaderChange.FORCE_BY_CONFIGURATION) && !profile.has(ConfigOption.MODULE_FORCE_LOAD);
    }

    /** Reports that the records of a module do not have {@code crc} for {@code symbol}, if they do not: {@code check_version}. */
    public static void checkCrc(
            ModuleFile file, String symbol, int crc, Errno errno, KernelProfile profile, Findings findings) {
        OptionalLong ours = file.expectedCrc(symbol, profile);
        long expected = Integer.toUnsignedLong(crc);
        if (ours.isPresent() && ours.getAsLong() == expected) {
            return;
        }
        if (ours.isEmpty() && !profile.has(LoaderChange.VERSION_RECORD_REQUIRED)) {
            findings.warn("has no CRC for " + symbol + "; the kernel goes on");
            return;
        }
        String wants = ours.isPresent() ? "CRC 0x" + Long.toHexString(ours.getAsLong()) : "no CRC";
        String line = ours.isPresent() ? "disagrees about version of symbol " : "no symbol version for ";
        findings.broken(
                Rule.MODVERSIONS,
                Refusal.of(
                                errno,
                                "disagrees about version of symbol " + symbol + ": it wants " + wants
                                        + ", the export has 0x" + Long.toHexString(expected))
                        .logged(file.name() + ": " + line + symbol));
    }
}
