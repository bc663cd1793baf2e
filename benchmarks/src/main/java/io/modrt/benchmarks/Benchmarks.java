package io.modrt.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.openjdk.jmh.runner.RunnerException;

/** Measures what loading costs, and writes tables, raw data and pictures: see {@code benchmarks/run}. */
final class Benchmarks {
    private static final String START = "<!-- figures: written by benchmarks/run --publish -->\n";
    private static final String END = "<!-- end of figures -->\n";

    private Benchmarks() {}

    /** Runs what the arguments ask for. */
    public static void main(String[] arguments) throws IOException, InterruptedException, RunnerException {
        Options options = Options.of(arguments);
        Files.createDirectories(options.output());
        Results results = options.from().isPresent()
                ? Results.of(Files.readAllLines(options.from().get()))
                : new Run(options).run();
        String report = Report.of(results, conditions(options));
        write(options.output(), results);
        Files.writeString(options.output().resolve("results.md"), report);
        System.out.println(report);
        if (options.docs().isPresent()) {
            Path folder = options.docs().get().resolve("performance");
            Files.createDirectories(folder);
            write(folder, results);
            Path page = options.docs().get().resolve("performance.md");
            Files.writeString(page, published(Files.readString(page), report));
        }
    }

    private static void write(Path folder, Results results) throws IOException {
        Files.writeString(folder.resolve("results.csv"), results.csv());
        if (!results.part("load").isEmpty()
                || !results.part("tree").isEmpty()
                || !results.part("process").isEmpty()) {
            Files.writeString(folder.resolve("steps.svg"), StepPlot.of(results));
        }
        if (!results.part("scaling").isEmpty()) {
            Files.writeString(folder.resolve("scaling.svg"), ScalingPlot.of(results));
        }
    }

    /** The page with {@code report} in the place of the figures that it has. */
    static String published(String page, String report) {
        int start = page.indexOf(START);
        int end = page.indexOf(END);
        if (start < 0 || end < start) {
            throw new IllegalArgumentException(
                    "docs/performance.md: has no place for figures between " + START + " and " + END);
        }
        return page.substring(0, start + START.length()) + "\n" + report + "\n" + page.substring(end);
    }

    /** When, where and how the figures were measured. */
    private static String conditions(Options options) throws IOException {
        return "Measured on %s: %s, %d cores, %s; JDK %s (%s), options `%s`%s. Times are the least of all samples.\n"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                        System.getProperty("java.version"),
                        System.getProperty("java.vm.name"),
                        String.join(" ", options.jvm()),
                        options.isShort() ? "; few samples (`--short`)" : "");
    }

    private static String processor() throws IOException {
        Path facts = Path.of("/proc/cpuinfo");
        if (!Files.exists(facts)) {
            return "an unknown processor";
        }
        return Files.readAllLines(facts).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("an unknown processor");
    }
}
