package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.AddressRange;
import io.modrt.conformance.PariscComparison.Outcome;
import io.modrt.conformance.PariscFinish.Machine;
import io.modrt.conformance.PariscStubText.Kind;
import io.modrt.conformance.PariscStubText.Row;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
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

/** PA-RISC's part of {@code oracles}: compares whole modules of both widths with GNU ld, and stubs with qemu-user and objdump. */
final class PariscOracles {
    /** Modules that are large, larger, or have all kinds of relocations. */
    private static final List<String> ALWAYS = List.of("xfs.ko", "btrfs.ko", "nf_tables.ko");

    private static final int WIDE_STUB_BYTES = 16;
    /** The stubs of {@link LiveStubs}' module: one for each slot of the GOT, two for millicode, two for the module's own functions. */
    private static final Map<Kind, Integer> WIDE_STUBS = Map.of(Kind.GOT, 4095, Kind.MILLICODE, 2, Kind.DIRECT, 2);

    private final Checks checks;
    private final PrintStream out;
    private final Map<String, Integer> followed = new TreeMap<>();
    private final List<String> room = new ArrayList<>();
    private int links;
    private int refusals;
    private long sections;
    private long words;
    private long finished;

    PariscOracles(Checks checks, PrintStream out) {
        this.checks = checks;
        this.out = out;
    }

    /** All checks, each of which can run by itself. */
    List<Runnable> tasks() throws IOException {
        List<Runnable> tasks = new ArrayList<>();
        for (Path module : OracleCommand.bundled("parisc-.*\\.ko(\\.xz)?")) {
            tasks.add(() -> compareBundled(module));
        }
        for (String tag : List.of("pa32", "pa64")) {
            Optional<Path> tree = BuiltKernels.tree(tag);
            if (tree.isPresent()) {
                for (Path module : chosen(tree.get())) {
                    tasks.add(() -> compareBuilt(tree.get(), module));
                }
            } else {
                out.println("no modules of the kernel " + tag + ": it was not built (run kernel " + tag + ")");
            }
        }
        tasks.add(() ->
                inFolder(folder -> checks.add("qemu and objdump: 32-bit stubs", new PariscStubRun(folder).faults())));
        tasks.add(() -> inFolder(this::readWideStubs));
        return tasks;
    }

    /** The modules that are always compared, and as many others as of Debian's kernels. */
    private Set<Path> chosen(Path tree) throws IOException {
        List<Path> all = LoadTree.modules(tree);
        Set<Path> chosen = new LinkedHashSet<>();
        all.stream()
                .filter(path -> ALWAYS.contains(path.getFileName().toString()))
                .forEach(chosen::add);
        chosen.addAll(Draw.of(all, OracleCommand.DRAWN_MODULES));
        out.printf(
                "%d modules of the built %s: %s, and others drawn with seed %d%n",
                chosen.size(), tree.getFileName(), String.join(", ", ALWAYS), Draw.SEED);
        return chosen;
    }

    private void compareBundled(Path path) {
        inFolder(folder -> {
            ModuleFile file = ModuleFile.open(path);
            KernelProfile profile = KernelProfile.ofVermagic(
                            file.info().vermagic().orElseThrow())
                    .with(ConfigOption.JUMP_LABEL, true); // 32-bit kernels may have it
            for (Addresses addresses : addresses(file)) {
                for (Machine machine : Machine.values()) {
                    compare(path, new PariscComparison(file, folder, addresses, machine), addresses, profile);
                }
            }
            if (path.endsWith("greeter.ko")) {
                controls(file, folder, profile);
            }
        });
    }

    private void compareBuilt(Path tree, Path path) {
        inFolder(folder -> {
            ModuleFile file = ModuleFile.open(path);
            KernelProfile profile = LoadTree.profile(tree, file);
            List<Addresses> all = addresses(file);
            boolean isLarge = ALWAYS.contains(path.getFileName().toString());
            for (Addresses addresses : isLarge ? all : all.subList(0, 1)) {
                compare(path, new PariscComparison(file, folder, addresses, Machine.ONE_CPU), addresses, profile);
            }
            if (isLarge) {
                List<String> lines = new PariscRoom(tree, file).lines();
                synchronized (this) {
                    room.addAll(lines);
                }
            }
        });
    }

    /** Addresses to compare at: first a kernel's, as far as ld for this width reaches; then some with few stubs, and some with negative addresses. */
    private static List<Addresses> addresses(ModuleFile file) {
        return Target.of(file.elf().header()).is64Bit()
                ? List.of(Addresses.wideRow(0x0800_0000L, 0x0840_0000L), Addresses.wideRow(0x3700_0000L, 0x36f8_0000L))
                : List.of(
                        Addresses.narrow(0x0081_1000L, 0x1010_0400L),
                        Addresses.narrowRow(0x0081_1000L, 0x0080_0000L),
                        Addresses.narrow(0x0081_1000L, 0xf000_0400L),
                        Addresses.narrow(0xc001_1000L, 0x1010_0400L));
    }

    private void compare(Path path, PariscComparison comparison, Addresses addresses, KernelProfile profile) {
        Outcome outcome = comparison.run(profile);
        synchronized (this) {
            links++;
            refusals += outcome.refused() ? 1 : 0;
            sections += outcome.sections();
            words += outcome.words();
            finished += outcome.finished();
            outcome.followed().forEach((what, count) -> followed.merge(what, count, Integer::sum));
        }
        checks.add("GNU ld: " + path.getFileName() + ", " + addresses, outcome.differences());
    }

    /** Comparisons that must fail: with other externals for ld, and with flipped bits in modrt's first stub. */
    private void controls(ModuleFile file, Path folder, KernelProfile profile) {
        PariscComparison comparison =
                new PariscComparison(file, folder, addresses(file).get(0), Machine.UNKNOWN);
        Target target = Target.of(file.elf().header());
        expectDifference(target, "externals elsewhere for ld", comparison.runAskew(profile));
        // 32 bit: the targets of ldil and be,n, and the space register
        // 64 bit: the slot, and what is loaded from the descriptor
        int[][] spoils = target.is64Bit()
                ? new int[][] {{0, 0x10_0000}, {1, 0x10}, {3, 0x10}}
                : new int[][] {{0, 0x1000}, {1, 0x8}, {1, 0x2000}};
        for (int[] spoil : spoils) {
            expectDifference(
                    target,
                    "bits 0x%x of word %d of a stub".formatted(spoil[1], spoil[0]),
                    comparison.runSpoilt(profile, spoil[0], spoil[1]));
        }
    }

    private void expectDifference(Target target, String control, Outcome outcome) {
        checks.add(
                "GNU ld: " + target + " greeter.ko, control: " + control,
                outcome.differences().isEmpty() ? List.of("no difference") : List.of());
    }

    private void readWideStubs(Path folder) throws IOException {
        ModuleFile file = LiveStubs.assemble(folder);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.of(KernelVersion.parse("6.1.192-64bit")))
                .kernelSymbols(KernelSymbols.synthetic())
                .build()) {
            LiveModule module = runtime.load(file, LoadPolicy.kernelExact().bestEffort());
            AddressRange core = module.placed().range(RegionKind.CORE).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(core.sizeBytes())];
            runtime.memory().read(core.start(), bytes, 0, bytes.length);
            PariscStubText text = new PariscStubText(Target.PARISC_64, folder);
            List<Row> rows = text.rows(module);
            List<String> faults = new ArrayList<>(text.faults(rows));
            faults.addAll(PariscStubText.faultsInMemory(module, bytes, WIDE_STUB_BYTES));
            WIDE_STUBS.forEach((kind, count) -> {
                long made = rows.stream().filter(row -> row.kind() == kind).count();
                if (made != count) {
                    faults.add(made + " stubs of kind " + kind + ", not " + count);
                }
            });
            checks.add("objdump: 64-bit stubs", faults);
            Row first = rows.get(0);
            Row wrong = new Row(first.kind(), first.number() + 8, first.words());
            checks.add(
                    "objdump: 64-bit stubs, control",
                    text.faults(List.of(wrong)).isEmpty() ? List.of("a wrong slot is not seen") : List.of());
        }
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

    /** Prints the counts of what was compared. */
    void print() {
        out.printf(
                "GNU ld, PA-RISC: %d links, %d refused by both, %d sections, %d words, %d of them as the kernel leaves them after relocation%n",
                links, refusals, sections, words, finished);
        out.println(
                "of these, compared by where they lead in modrt's image and in ld's, not by their bits: " + followed);
        room.forEach(out::println);
    }
}
