package io.modrt.conformance.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** {@code run fuzz MINUTES [TARGET…]}: Jazzer on each target, a process for each processor, and a table of what the executions took. */
public final class FuzzCommand {
    private static final int LONGEST_INPUT = 16 << 10;
    private static final int MOST_FINDINGS = 1000;
    private static final int SECONDS_TO_START = 8;
    private static final int MOST_REPEATS = 10;

    private final Path kept;
    private final Path folder;
    private final PrintStream out;

    /**
     * The command.
     *
     * @param kept the folder of inputs that are kept, an archive for each target
     * @param folder to which findings and new inputs go
     */
    public FuzzCommand(Path kept, Path folder, PrintStream out) {
        this.kept = kept;
        this.folder = folder;
        this.out = out;
    }

    /**
     * Runs the targets of these names, or all if none is named.
     *
     * @param minutes how long all of them together take
     * @return whether nothing escaped
     */
    public boolean run(double minutes, List<String> names) throws IOException, InterruptedException {
        Map<String, FuzzTarget> targets = new TreeMap<>(FuzzTargets.all());
        if (!names.isEmpty()) {
            targets.keySet().retainAll(names);
        }
        if (targets.size() < names.size() || targets.isEmpty()) {
            throw new IllegalArgumentException(
                    "targets are " + FuzzTargets.all().keySet());
        }
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), targets.size());
        long seconds = (long) Math.max(1, minutes * 60 * processors / targets.size() - SECONDS_TO_START);
        out.printf(Locale.ROOT, "%d targets, %d at a time, %d s each%n", targets.size(), processors, seconds);
        ExecutorService executor = Executors.newFixedThreadPool(processors);
        Map<String, Future<Figures>> running = new TreeMap<>();
        targets.forEach((name, target) -> running.put(name, executor.submit(task(target, seconds))));
        executor.shutdown();
        out.printf("%-20s %12s %8s %12s %12s%n", "target", "executions", "escapes", "slowest", "allocation");
        long executions = 0;
        long faults = 0;
        for (Map.Entry<String, Future<Figures>> entry : running.entrySet()) {
            Figures figures = figures(entry.getValue());
            executions += figures.executions();
            faults += figures.faults();
            print(entry.getKey(), figures);
        }
        out.printf(Locale.ROOT, "%-20s %12d %8d%n", "all", executions, faults);
        out.println("allocation: the most that one execution allocated, as a share of 4 times its input and 16 MiB");
        if (faults > 0) {
            out.println("the inputs are below " + folder);
        }
        return faults == 0;
    }

    private void print(String name, Figures figures) {
        out.printf(
                Locale.ROOT,
                "%-20s %12d %8d %9d ms %11.2f%n",
                name,
                figures.executions(),
                figures.faults(),
                figures.slowestNanos() / 1_000_000,
                figures.greatestShare());
    }

    private static Figures figures(Future<Figures> run) throws IOException, InterruptedException {
        try {
            return run.get();
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    private Callable<Figures> task(FuzzTarget target, long seconds) {
        return () -> {
            Path own = folder.resolve(target.name());
            Path corpus = Files.createDirectories(own.resolve("corpus"));
            List<byte[]> seeds = target.seeds().get();
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(corpus.resolve("seed-" + i), seeds.get(i));
            }
            for (Map.Entry<String, byte[]> input :
                    KeptInputs.of(kept, target.name()).entrySet()) {
                Files.write(corpus.resolve(input.getKey()), input.getValue());
            }
            Path figures = own.resolve("figures");
            Files.deleteIfExists(figures);
            int old = 0;
            while (Files.deleteIfExists(own.resolve("suspects/suspect-" + old))) {
                old++;
            }
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1g",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dmodrt.fuzz.target=" + target.name(),
                    "-Dmodrt.fuzz.figures=" + figures.toAbsolutePath(),
                    "com.code_intelligence.jazzer.Jazzer",
                    "--target_class=" + JazzerTarget.class.getName(),
                    "--instrumentation_includes=io.modrt.**",
                    "--custom_hook_includes=io.modrt.**",
                    "--keep_going=" + MOST_FINDINGS,
                    "--reproducer_path=" + own.toAbsolutePath(),
                    "-artifact_prefix=" + own.toAbsolutePath() + "/",
                    "-max_total_time=" + seconds,
                    "-max_len=" + LONGEST_INPUT,
                    "-rss_limit_mb=0",
                    "-timeout=300",
                    corpus.toAbsolutePath().toString()));
            Process process = new ProcessBuilder(command)
                    .directory(own.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(own.resolve("log").toFile())
                    .start();
            int status = process.waitFor();
            if (!Files.exists(figures)) {
                throw new IOException(target.name() + " did not run, status " + status + ": " + own.resolve("log"));
            }
            Figures read = Figures.of(Files.readString(figures));
            // why: an input that never ends, or that ends the process, is told by a file alone
            long artifacts = artifacts(own);
            Figures told = artifacts > read.faults()
                    ? new Figures(read.executions(), artifacts, read.slowestNanos(), read.greatestShare())
                    : read;
            return withSuspects(told, target, own.resolve("suspects"));
        };
    }

    /** Runs the inputs again that took too much under Jazzer, which itself takes time and memory for the code that it watches. */
    private static Figures withSuspects(Figures figures, FuzzTarget target, Path suspects) throws IOException {
        Figures all = figures;
        if (!Files.exists(suspects)) {
            return all;
        }
        try (Stream<Path> files = Files.list(suspects)) {
            for (Path file : files.sorted().toList()) {
                byte[] input = Files.readAllBytes(file);
                Execution execution = Execution.of(target, input);
                for (int i = 0; i < MOST_REPEATS && execution.fault() != null; i++) {
                    execution = execution.least(Execution.of(target, input));
                }
                all = all.with(execution);
                all = execution.fault() == null ? all : all.withFault();
            }
        }
        return all;
    }

    private static long artifacts(Path own) throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("timeout-") || name.startsWith("oom-"))
                    .count();
        }
    }
}
