package io.modrt.conformance;

import io.modrt.conformance.AArch64Finish.Machine;
import io.modrt.conformance.AArch64Finish.Tracing;
import io.modrt.conformance.LdComparison.Outcome;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.kernel.MachineFacts;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** AArch64's part of {@code oracles}: GNU ld on whole modules, objdump on branches out of reach, qemu-user on PLTs and trampolines. */
final class AArch64Oracles {
    /** Kernels of which modules are drawn. */
    private static final List<String> TAGS = List.of("arm64", "arm64-6.12");

    /** Large ones, with many alternatives and branches. */
    private static final Pattern ALWAYS = Pattern.compile("(xfs|btrfs|nf_tables)\\.ko.*");

    /** Kernel symbols within reach of each branch of a module, so that ld makes no veneers and the loader no PLT entries. */
    private static final long NEAR = 0xffff_8000_0400_0400L;
    /** 1 GB above the module. */
    private static final long FAR = 0xffff_8000_4000_0400L;

    /** The machine feature that stands for Cortex-A53's erratum 843419. */
    private static final String ERRATUM = "erratum-843419";

    /** What a module's architecture needs of the kernel, from the first kernel symbol on. */
    private static final Map<String, Long> ANCHORS = Map.of(
            AArch64Finish.CALLER, -0x1_0000L, AArch64Finish.REGS_CALLER, -0xfeecL, AArch64Finish.NOP_OPS, -0x8000L);

    private final Checks checks;
    private final PrintStream out;
    private int links;
    private int refusals;
    private long sections;
    private long words;
    private long finished;
    private int near;
    private int far;
    private int adrps;
    private int adrs;
    private int veneers;

    AArch64Oracles(Checks checks, PrintStream out) {
        this.checks = checks;
        this.out = out;
    }

    /** All that there is to do, each part by itself. */
    List<Runnable> tasks() throws IOException {
        List<Runnable> tasks = new ArrayList<>();
        for (Path module : OracleCommand.bundled("aarch64-.*\\.ko")) {
            tasks.add(() -> inFolder(folder -> compareBundled(module, folder)));
            if (module.endsWith("farcall.ko")) {
                tasks.add(() -> inFolder(folder -> run(module, folder)));
            }
        }
        for (String tag : TAGS) {
            Optional<Path> tree = DebianKernels.tree(DebianKernels.cache(), tag);
            if (tree.isEmpty()) {
                out.println("no modules of Debian's kernel " + tag + ": it was not fetched (run fetch " + tag + ")");
                continue;
            }
            List<Path> all = LoadTree.modules(tree.get());
            Set<Path> chosen = new LinkedHashSet<>(Draw.of(all, OracleCommand.DRAWN_MODULES));
            all.stream()
                    .filter(path ->
                            ALWAYS.matcher(path.getFileName().toString()).matches())
                    .forEach(chosen::add);
            out.printf(
                    "%d modules of Debian's %s: %d drawn with seed %d, and %s%n",
                    chosen.size(), tree.get().getFileName(), OracleCommand.DRAWN_MODULES, Draw.SEED, ALWAYS);
            for (Path module : chosen) {
                tasks.add(() -> inFolder(folder -> compareDrawn(tree.get(), module, folder)));
            }
        }
        return tasks;
    }

    /** All kernel symbols within reach of each branch of a module. */
    static Addresses near() {
        return addresses(NEAR);
    }

    private static Addresses addresses(long externals) {
        Map<String, Long> chosen = new TreeMap<>();
        ANCHORS.forEach((name, offset) -> chosen.put(name, externals + offset));
        return Addresses.aarch64(externals, chosen);
    }

    private void compareBundled(Path path, Path folder) {
        ModuleFile file = ModuleFile.open(path);
        KernelProfile profile = KernelProfile.ofVermagic(file.info().vermagic().orElseThrow());
        AArch64Reach reach = new AArch64Reach(file, profile, addresses(NEAR));
        for (Machine machine : Machine.values()) {
            compare(path, file, folder, reach.all(), profile, machine);
        }
        if (path.endsWith("limits.ko")) {
            for (Addresses edge : reach.edges()) {
                compare(path, file, folder, edge, profile, Machine.UNKNOWN);
            }
            return;
        }
        boolean blind = comparison(file, folder, reach.all(), profile, Machine.UNKNOWN)
                .runAskew(profile)
                .differences()
                .isEmpty();
        control("GNU ld: " + name(path) + ", externals elsewhere for ld", blind);
        if (!path.endsWith("relocs.ko")) { // its symbols are where its relocations want them
            follow(path, file, folder, profile);
        }
    }

    private void compareDrawn(Path tree, Path path, Path folder) throws IOException {
        ModuleFile file = ModuleFile.open(path);
        KernelProfile profile = LoadTree.profile(tree, file);
        for (Machine machine : Machine.values()) {
            compare(path, file, folder, addresses(NEAR), profile, machine);
        }
        follow(path, file, folder, profile);
        followPages(path, file, folder, profile);
    }

    private static LdComparison comparison(
            ModuleFile file, Path folder, Addresses addresses, KernelProfile profile, Machine machine) {
        Target target = Target.of(file.elf().header());
        Tracing tracing = profile.layoutRules() == LayoutRules.MEMORY_TYPES ? Tracing.CALL_OPS : Tracing.TWO_NOPS;
        Map<String, Long> kernel = new Setting(file, addresses).externals();
        return new LdComparison(
                file, folder, addresses, words -> new AArch64Finish(words, target, tracing, machine, kernel).apply());
    }

    private void compare(
            Path path, ModuleFile file, Path folder, Addresses addresses, KernelProfile profile, Machine machine) {
        MachineFacts facts = MachineFacts.unknown().withCapabilities(machine.capabilities());
        Outcome outcome = comparison(file, folder, addresses, profile, machine).run(profile.withMachine(facts));
        synchronized (this) {
            links++;
            refusals += outcome.refused() ? 1 : 0;
            sections += outcome.sections();
            words += outcome.words();
            finished += outcome.finished();
        }
        checks.add("GNU ld: " + name(path) + ", machine " + machine + ", " + addresses, outcome.differences());
    }

    /** Near and far symbols, so that some are within a megabyte of their references and others are not. */
    private void followPages(Path path, ModuleFile file, Path folder, KernelProfile profile) {
        MachineFacts facts = MachineFacts.unknown().withFeatures(ERRATUM);
        AArch64Veneers.Outcome outcome =
                new AArch64Veneers(file, folder, addresses(NEAR)).run(profile.withMachine(facts));
        synchronized (this) {
            adrps += outcome.stayed();
            adrs += outcome.near();
            veneers += outcome.veneers();
        }
        checks.add("objdump: " + name(path) + ", erratum 843419", outcome.faults());
    }

    private void follow(Path path, ModuleFile file, Path folder, KernelProfile profile) {
        AArch64FarCalls.Outcome outcome = new AArch64FarCalls(file, folder, addresses(FAR)).run(profile);
        synchronized (this) {
            near += outcome.near();
            far += outcome.far();
        }
        checks.add("objdump: " + name(path) + ", branches out of reach", outcome.faults());
        if (path.endsWith("farcall.ko")) {
            boolean blind = new AArch64FarCalls(file, folder, addresses(FAR))
                    .runSpoilt(profile)
                    .faults()
                    .isEmpty();
            control("objdump: " + name(path) + ", a spoilt PLT", blind);
        }
    }

    private void run(Path path, Path folder) {
        checks.add("qemu: " + name(path), new AArch64StubRun(ModuleFile.open(path), folder).faults());
    }

    private void control(String what, boolean isBlind) {
        checks.add(what + ", control", isBlind ? List.of("no difference") : List.of());
    }

    private static String name(Path path) {
        return path.subpath(path.getNameCount() - 2, path.getNameCount()).toString();
    }

    private interface Work {
        void in(Path folder) throws IOException;
    }

    private static void inFolder(Work work) {
        try (TemporaryFolder folder = TemporaryFolder.of("modrt-oracles")) {
            work.in(folder.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints what was compared. */
    void print() {
        out.printf(
                "GNU ld, AArch64: %d links, %d refused by both, %d sections, %d words, %d of them as the kernel leaves them after relocation%n",
                links, refusals, sections, words, finished);
        out.printf(
                "objdump, AArch64, the kernel 1 GB away: %d branches go to their goals by themselves, %d through a PLT%n",
                near, far);
        out.printf(
                "objdump, AArch64 with erratum 843419: %d adrp where they are safe, %d made adr, %d through veneers%n",
                adrps, adrs, veneers);
    }
}
