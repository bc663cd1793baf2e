package io.modrt.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code vendors LIST FOLDER}: modules that vendors built, for kernels of which nothing else is known, against GNU ld, nm and modprobe. */
final class VendorsCommand {
    private final VendorList list;
    private final Path folder;
    private final PrintStream out;

    /** Compares the modules below {@code folder}; {@code list} knows whose they are. */
    VendorsCommand(VendorList list, Path folder, PrintStream out) {
        this.list = list;
        this.folder = folder;
        this.out = out;
    }

    private record Result(Path path, String sha256, VendorModule.Outcome outcome) {}

    /** Runs it; returns whether no module differs and at least one was compared. */
    boolean run() throws IOException, InterruptedException {
        List<Path> paths = LoadTree.modules(folder);
        List<Result> results = new ArrayList<>();
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (Progress progress = Progress.of("vendors")) {
            progress.expect(paths.size());
            List<Future<Result>> running = new ArrayList<>();
            for (Path path : paths) {
                running.add(threads.submit(() -> compare(path)));
            }
            for (Future<Result> one : running) {
                Result result = one.get();
                results.add(result);
                progress.add(result.outcome().faults().isEmpty());
                print(result);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a comparison broke off", e.getCause());
        } finally {
            threads.shutdownNow();
        }
        return summarize(results);
    }

    private static Result compare(Path path) throws IOException {
        try (TemporaryFolder scratch = TemporaryFolder.of("modrt-vendors")) {
            return new Result(path, sha256(path), new VendorModule(path, scratch.path()).run());
        }
    }

    private static String sha256(Path path) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java runtime has it
        }
    }

    /** A listed module by the path in its repository, another by that below the folder. */
    private String name(Result result) {
        return list.find(result.sha256())
                .map(entry -> entry.repository() + " " + entry.path())
                .orElseGet(() -> folder.relativize(result.path()).toString());
    }

    private String vendor(Result result) {
        return list.find(result.sha256()).map(VendorList.Entry::vendor).orElse("not in the list");
    }

    private void print(Result result) {
        VendorModule.Outcome outcome = result.outcome();
        if (outcome.skipped().isPresent()) {
            out.printf(
                    "skipped  %s (%s): %s%n",
                    name(result), vendor(result), outcome.skipped().get());
            return;
        }
        out.printf(
                "%-7s  %-16s %7d words, %4d exports, %4d CRCs%s  %s (%s)%n",
                outcome.faults().isEmpty() ? "ok" : "FAILED",
                outcome.what(),
                outcome.words(),
                outcome.exports(),
                outcome.crcs(),
                outcome.hasShortCalls() ? ", short calls" : "",
                name(result),
                vendor(result));
        outcome.faults().forEach(fault -> out.println("         " + fault));
    }

    private boolean summarize(List<Result> results) {
        List<Result> compared =
                results.stream().filter(r -> r.outcome().skipped().isEmpty()).toList();
        long failed =
                compared.stream().filter(r -> !r.outcome().faults().isEmpty()).count();
        List<VendorList.Entry> missing =
                list.others(results.stream().map(Result::sha256).toList());
        if (!missing.isEmpty()) {
            out.printf("%d modules of the list are not below %s%n", missing.size(), folder);
        }
        out.printf(
                "%d modules have short calls: their kernels loaded them near the kernel; here they are loaded with stubs%n",
                compared.stream().filter(r -> r.outcome().hasShortCalls()).count());
        out.printf(
                "%d words, %d exports and %d CRCs of %s%n",
                compared.stream().mapToLong(r -> r.outcome().words()).sum(),
                compared.stream().mapToInt(r -> r.outcome().exports()).sum(),
                compared.stream().mapToInt(r -> r.outcome().crcs()).sum(),
                new TreeSet<>(compared.stream().map(this::vendor).toList()));
        out.printf(
                "conformance: vendors %d modules, %d failed, %d skipped%n",
                compared.size(), failed, results.size() - compared.size());
        return failed == 0 && !compared.isEmpty();
    }
}
