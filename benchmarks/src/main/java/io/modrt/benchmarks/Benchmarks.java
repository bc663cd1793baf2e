package io.modrt.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import org.openjdk.jmh.runner.RunnerException;

/** Measures what loading costs, and writes a table, raw data and pictures: see {@code benchmarks/run}. */
final class Benchmarks {
    private Benchmarks() {}

    /** Runs what the arguments ask for. */
    public static void main(String[] arguments) throws IOException, InterruptedException, RunnerException {
        Options options = Options.of(arguments);
        Files.createDirectories(options.output());
        Results results = new Run(options).run();
        Files.writeString(options.output().resolve("results.csv"), results.csv());
    }
}
