package io.modrt.conformance;

import io.modrt.conformance.LdComparison.Outcome;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** {@code oracles}: GNU ld, QEMU and objdump against modrt. */
final class OracleCommand {
    static final int DRAWN_MODULES = 50;

    private final PrintStream out;
    private final Checks checks;
    private final AtomicLong modules = new AtomicLong();
    private final AtomicLong sections = new AtomicLong();
    private final AtomicLong words = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    OracleCommand(PrintStream out) {
        this.out = out;
        this.checks = new Checks(out);
    }

    /** Runs it; whether every check passed. */
    boolean run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        List<Path> bundled = bundled("mips-.*\\.ko");
        List<Path> drawn = drawn();
        PariscOracles parisc = new PariscOracles(checks, out);
        AArch64Oracles aarch64 = new AArch64Oracles(checks, out);
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (Progress progress = Progress.of("oracles")) {
            List<Future<?>> running = new ArrayList<>();
            for (Path module : bundled) {
                running.add(threads.submit(() -> compareBundled(module)));
            }
            for (Path module : drawn) {
                running.add(threads.submit(() -> compareDrawn(module)));
            }
            for (Path module : bundled) {
                if (module.endsWith("farcall.ko")) {
                    running.add(threads.submit(() -> runStubs(module)));
                }
            }
            running.add(threads.submit(this::runPariscTracing));
            parisc.tasks().forEach(task -> running.add(threads.submit(task)));
            aarch64.tasks().forEach(task -> running.add(threads.submit(task)));
            progress.expect(running.size());
            for (Future<?> task : running) {
                int failed = checks.failed();
                task.get();
                progress.add(checks.failed() == failed);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a check broke off", e.getCause());
        } finally {
            threads.shutdownNow();
        }
        print((System.nanoTime() - start) / 1_000_000_000.0, parisc, aarch64);
        return checks.failed() == 0;
    }

    /** The modules that come with the test kit whose paths, the target first, match. */
    static List<Path> bundled(String paths) throws IOException {
        URL folder = OracleCommand.class.getResource("/io/modrt/testkit/modules");
        if (folder == null) {
            throw new IOException("the test kit's modules are not on the class path");
        }
        Path modules = Path.of(URI.create(folder.toString()));
        try (Stream<Path> files = Files.walk(modules)) {
            return files.filter(file -> modules.relativize(file).toString().matches(paths))
                    .sorted()
                    .toList();
        }
    }

    private List<Path> drawn() throws IOException {
        List<Path> drawn = new ArrayList<>();
        for (Path tree : DebianKernels.trees(DebianKernels.cache())) {
            List<Path> chosen = Draw.of(LoadTree.modules(tree), DRAWN_MODULES);
            out.printf("%d modules of Debian's %s, drawn with seed %d%n", chosen.size(), tree.getFileName(), Draw.SEED);
            drawn.addAll(chosen);
        }
        if (drawn.isEmpty()) {
            out.println("no modules of Debian's kernels: none were fetched (run fetch)");
        }
        return drawn;
    }

    private void compareBundled(Path path) {
        inFolder(folder -> {
            ModuleFile file = ModuleFile.open(path);
            Target target = Target.of(file.elf().header());
            KernelProfile profile = profile(file);
            compare(path, file, folder, Addresses.usual(target));
            compare(path, file, folder, Addresses.near(target, Map.of()));
            boolean blind = comparison(file, folder, Addresses.near(target, Map.of()))
                    .runAskew(profile)
                    .differences()
                    .isEmpty();
            checks.add(
                    "GNU ld: " + target + " " + path.getFileName() + ", control",
                    blind ? List.of("no difference although externals are elsewhere for ld") : List.of());
            for (Addresses edge : EdgeCases.of(file, target, profile)) {
                compare(path, file, folder, edge);
            }
        });
    }

    private void compareDrawn(Path path) {
        inFolder(folder -> {
            ModuleFile file = ModuleFile.open(path);
            compare(path, file, folder, Addresses.usual(Target.of(file.elf().header())));
        });
    }

    private void compare(Path path, ModuleFile file, Path folder, Addresses addresses) {
        Target target = Target.of(file.elf().header());
        Outcome outcome = comparison(file, folder, addresses).run(profile(file));
        modules.incrementAndGet();
        sections.addAndGet(outcome.sections());
        words.addAndGet(outcome.words());
        finished.addAndGet(outcome.finished());
        refusals.addAndGet(outcome.refused() ? 1 : 0);
        checks.add("GNU ld: " + target + " " + path.getFileName() + ", " + addresses, outcome.differences());
    }

    private static LdComparison comparison(ModuleFile file, Path folder, Addresses addresses) {
        Target target = Target.of(file.elf().header());
        return new LdComparison(file, folder, addresses, words -> new KernelFinish(words, target).apply());
    }

    private void runStubs(Path path) {
        inFolder(folder -> {
            ModuleFile file = ModuleFile.open(path);
            Target target = Target.of(file.elf().header());
            List<MipsPlaces> all = target.is64Bit()
                    ? List.of(MipsPlaces.near(), MipsPlaces.anywhere(), MipsPlaces.kernel(target))
                    : List.of(MipsPlaces.near(), MipsPlaces.kernel(target));
            for (MipsPlaces places : all) {
                checks.add(
                        "qemu: " + target + " farcall, " + places.name(),
                        new StubRun(target, file, places, folder).faults());
            }
        });
    }

    private void runPariscTracing() {
        inFolder(folder -> {
            try (InputStream module =
                    OracleCommand.class.getResourceAsStream("/io/modrt/testkit/modules/parisc-32/greeter.ko")) {
                ModuleFile file = ModuleFile.open(Objects.requireNonNull(module).readAllBytes());
                checks.add("qemu: PA-RISC 32 tracing", new PariscTraceRun(file, folder).faults());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static KernelProfile profile(ModuleFile file) {
        return KernelProfile.ofVermagic(file.info().vermagic().orElseThrow());
    }

    private interface Work {
        void in(Path folder);
    }

    private static void inFolder(Work work) {
        try {
            Path folder = Files.createTempDirectory("modrt-oracles");
            try {
                work.in(folder);
            } finally {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(double seconds, PariscOracles parisc, AArch64Oracles aarch64) {
        out.printf(
                "GNU ld, MIPS: %d links, %d refused by both, %d sections, %d words, %d of them as the kernel leaves them after relocation%n",
                modules.get(), refusals.get(), sections.get(), words.get(), finished.get());
        parisc.print();
        aarch64.print();
        out.println(
                "ld links a copy in which only section headers are changed: names, types and flags, so that it merges, sorts and"
                        + " drops nothing (LinkerInput)");
        out.println(
                "not compared: .symtab and .strtab, which no relocation touches; .modinfo, __versions, .data..percpu and debug"
                        + " information, which the kernel does not load");
        out.printf("%.1f s%n", seconds);
        out.printf("oracles: %d checks, %d failed%n", checks.passed() + checks.failed(), checks.failed());
        out.printf("%d passed, %d failed%n", checks.passed(), checks.failed());
    }
}
