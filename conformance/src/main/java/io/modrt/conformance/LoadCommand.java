package io.modrt.conformance;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code load TREE…}: loads every module of each tree, the trees in parallel, and reports the outcomes. */
final class LoadCommand {
    /** The most failures that are printed; the report has all. */
    private static final int FAILURES_SHOWN = 20;

    private final List<Path> trees;
    private final Path report;
    private final PrintStream out;

    /** {@code report} is the JSON Lines file to write. */
    LoadCommand(List<Path> trees, Path report, PrintStream out) {
        this.trees = trees;
        this.report = report;
        this.out = out;
    }

    /** Runs the command; returns whether every module was loaded. */
    boolean run() throws IOException, InterruptedException {
        List<LoadResult> results = new ArrayList<>();
        List<LoadTree> loads = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(trees.size());
        try (Progress progress = Progress.of("load")) {
            List<Future<List<LoadResult>>> running = new ArrayList<>();
            for (Path tree : trees) {
                List<Path> paths = LoadTree.modules(tree);
                progress.expect(paths.size());
                LoadTree load = new LoadTree(tree, result -> progress.add(result.isLive()));
                loads.add(load);
                running.add(threads.submit(() -> load.load(paths)));
            }
            for (Future<List<LoadResult>> tree : running) {
                results.addAll(tree.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
        write(results);
        List<Unloading> unloadings =
                loads.stream().flatMap(load -> load.unloading().stream()).toList();
        unloadings.forEach(unloading -> out.println(unloading.summary()));
        print(results);
        return results.stream().allMatch(LoadResult::isLive)
                && unloadings.stream().allMatch(unloading -> unloading.faults().isEmpty());
    }

    private void write(List<LoadResult> results) throws IOException {
        Files.createDirectories(report.toAbsolutePath().getParent());
        try (BufferedWriter lines = Files.newBufferedWriter(report)) {
            for (LoadResult result : results) {
                lines.write(result.toJson());
                lines.write('\n');
            }
        }
    }

    private void print(List<LoadResult> results) {
        Map<String, Integer> outcomes = new TreeMap<>();
        Map<String, Integer> relocations = new TreeMap<>();
        for (LoadResult result : results) {
            outcomes.merge(result.outcome(), 1, Integer::sum);
            result.relocations().forEach((type, count) -> relocations.merge(type, count, Integer::sum));
        }
        table("outcome", "modules", outcomes);
        table("relocation", "applied", relocations);
        List<LoadResult> failures = results.stream().filter(r -> !r.isLive()).toList();
        failures.stream()
                .limit(FAILURES_SHOWN)
                .forEach(f -> out.println(
                        f.tree().resolve(f.file()) + ": " + f.facts().get("error")));
        if (failures.size() > FAILURES_SHOWN) {
            out.println("and " + (failures.size() - FAILURES_SHOWN) + " more");
        }
        out.println("report: " + report);
        out.println(closing(results));
    }

    private void table(String what, String count, Map<String, Integer> rows) {
        int width = Math.max(
                what.length(),
                rows.keySet().stream().mapToInt(String::length).max().orElse(0));
        String row = "%-" + width + "s %10s%n";
        out.printf(row, what, count);
        rows.forEach((name, number) -> out.printf(row, name, number));
        out.println();
    }

    /** The last line. */
    static String closing(List<LoadResult> results) {
        return "conformance: load %d modules, %d relocations, %d failed"
                .formatted(
                        results.size(),
                        results.stream().mapToLong(LoadResult::relocationCount).sum(),
                        results.stream().filter(r -> !r.isLive()).count());
    }
}
