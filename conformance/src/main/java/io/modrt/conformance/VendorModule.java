package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.elf.ElfFile;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One module of a vendor, with nothing known of its kernel but what the file says: it is loaded, its relocated words are compared with GNU
 * ld's, its exports and imports with what nm shows, and their CRCs with the symbols {@code __crc_NAME} and with what modprobe shows.
 */
final class VendorModule {
    private static final int FAULTS_SHOWN = 3;

    private final Path path;
    private final Path folder;
    private final List<String> faults = new ArrayList<>();
    private long words;
    private int exports;
    private int crcs;
    private boolean hasShortCalls;

    /**
     * What came of it.
     *
     * @param what the target and the kernel's release
     * @param words how many words were compared with ld's
     * @param exports how many exports
     * @param crcs how many CRCs of exports and imports
     * @param hasShortCalls whether it reaches the kernel only from near, as on kernels that put modules beside it, or through stubs
     * @param skipped why it was not compared; empty if it was
     * @param faults what differs
     */
    record Outcome(
            String what,
            long words,
            int exports,
            int crcs,
            boolean hasShortCalls,
            Optional<String> skipped,
            List<String> faults) {
        static Outcome skipped(String why) {
            return new Outcome("", 0, 0, 0, false, Optional.of(why), List.of());
        }
    }

    /** The module at {@code path}; {@code folder} gets the files of tools. */
    VendorModule(Path path, Path folder) {
        this.path = path;
        this.folder = folder;
    }

    /** Compares everything; an exception of modrt is a fault. */
    Outcome run() {
        ModuleFile file;
        try {
            file = ModuleFile.open(path);
        } catch (ModrtException refused) {
            return opened("", List.of("not opened: " + refused.getMessage()));
        }
        Target target;
        try {
            target = Target.of(file.elf().header());
        } catch (IllegalArgumentException other) {
            return Outcome.skipped("for a machine without a port, " + file.elf().header());
        }
        Optional<KernelProfile> profile = profile(file);
        if (profile.isEmpty()) {
            return Outcome.skipped("it has no vermagic, and no folder lib/modules/RELEASE holds it");
        }
        BinutilsView tools = new BinutilsView(path, folder, target);
        attempt("exports", () -> compareExports(file, tools));
        attempt("imports", () -> compareImports(file, tools));
        attempt("load", () -> load(file, profile.get(), tools));
        attempt("words", () -> compareWords(file, profile.get(), target));
        return opened(target + " " + profile.get().version(), faults);
    }

    private Outcome opened(String what, List<String> found) {
        List<String> shown = new ArrayList<>(found.subList(0, Math.min(FAULTS_SHOWN, found.size())));
        if (found.size() > shown.size()) {
            shown.add("and " + (found.size() - shown.size()) + " more");
        }
        return new Outcome(what, words, exports, crcs, hasShortCalls, Optional.empty(), shown);
    }

    private void attempt(String what, Runnable comparison) {
        try {
            comparison.run();
        } catch (RuntimeException | AssertionError failure) {
            faults.add(what + ": " + failure);
        }
    }

    /** From the file itself; from its folder's name where the vermagic was stripped. */
    private Optional<KernelProfile> profile(ModuleFile file) {
        return file.builtFor()
                .or(() -> LoadTree.release(path).map(KernelProfile::of).map(file::showing));
    }

    private void compareExports(ModuleFile file, BinutilsView tools) {
        ElfFile elf = file.elf();
        Collection<String> names = new TreeSet<>();
        Collection<String> byTable = new TreeSet<>();
        Map<String, Long> known = new TreeMap<>();
        for (Export export : file.exports()) {
            names.add(export.name());
            byTable.add(elf.section(export.table()).name() + " " + export.name());
            export.crc().ifPresent(crc -> known.put(export.name(), crc & 0xffff_ffffL));
        }
        exports = file.exports().size();
        Collection<String> shown = tools.exportsByTable();
        if (shown.isEmpty()) {
            same("exports, in __ksymtab_strings", names, tools.exportStrings());
        } else {
            same("exports, in nm", byTable, shown);
        }
        Map<String, Long> values = tools.exportCrcs();
        same("CRCs of exports, in nm", texts(known), texts(values));
        crcs += values.size();
    }

    private void compareImports(ModuleFile file, BinutilsView tools) {
        Collection<String> names = new TreeSet<>();
        Map<String, Long> known = new TreeMap<>();
        Map<String, Long> shown = tools.importCrcs();
        for (Import wanted : file.imports()) {
            names.add(wanted.name());
            wanted.crc().ifPresent(crc -> known.put(wanted.name(), crc));
        }
        for (String record : shown.keySet()) { // one for module_layout too, which is no symbol
            OptionalLong crc = file.expectedCrc(record);
            crc.ifPresent(value -> known.put(record, value));
        }
        same("imports, in nm", names, tools.imports());
        same("CRCs of imports, in modprobe", texts(known), texts(shown));
        crcs += shown.size();
    }

    private void load(ModuleFile file, KernelProfile profile, BinutilsView tools) {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.synthetic())
                .build()) {
            LiveModule live = load(runtime, file);
            for (KernelSymbol export : live.exports()) {
                tools.defined(export.name())
                        .flatMap(symbol -> live.address(symbol.section()).map(at -> at.plus(symbol.value())))
                        .filter(address -> !address.equals(export.value()))
                        .ifPresent(address -> faults.add("load: " + export + ", by nm at " + address));
            }
            if (live.exports().size() != file.exports().size()) {
                faults.add("load: " + live.exports().size() + " exports of "
                        + file.exports().size());
            }
            live.dropInit();
        }
    }

    /** Under the kernel's rules; with stubs if these refuse a branch, as they do to modules for kernels that load them near the kernel. */
    private LiveModule load(ModuleRuntime runtime, ModuleFile file) {
        try {
            return runtime.load(file, LoadPolicy.kernelExact());
        } catch (RelocationException outOfReach) {
            hasShortCalls = true;
            return runtime.load(file, LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
        }
    }

    private void compareWords(ModuleFile file, KernelProfile profile, Target target) {
        Addresses usual = target.isAArch64() ? AArch64Oracles.near() : Addresses.usual(target);
        LdComparison.Outcome outcome = new LdComparison(file, folder, usual, null).run(profile);
        if (outcome.refused() && hasShortCalls) {
            outcome = new LdComparison(file, folder, Addresses.near(target, Map.of()), null).run(profile);
        }
        words = outcome.words();
        outcome.differences().forEach(difference -> faults.add("words: " + difference));
        if (outcome.refused()) {
            faults.add("words: modrt and ld refuse a relocation");
        }
    }

    private static Collection<String> texts(Map<String, Long> crcs) {
        Collection<String> texts = new TreeSet<>();
        crcs.forEach((name, crc) -> texts.add(name + " 0x" + Long.toHexString(crc)));
        return texts;
    }

    private void same(String what, Collection<String> modrt, Collection<String> tool) {
        Collection<String> onlyModrt = new TreeSet<>(modrt);
        onlyModrt.removeAll(tool);
        Collection<String> onlyTool = new TreeSet<>(tool);
        onlyTool.removeAll(modrt);
        if (!onlyModrt.isEmpty() || !onlyTool.isEmpty()) {
            faults.add("%s: %d of modrt alone, %d of the tool alone: %s"
                    .formatted(
                            what,
                            onlyModrt.size(),
                            onlyTool.size(),
                            (onlyModrt.isEmpty() ? onlyTool : onlyModrt)
                                    .iterator()
                                    .next()));
        }
    }
}
