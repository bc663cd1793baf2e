package io.modrt.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Other programs, run as whole processes. */
final class Program {
    private final Path log;

    /** What they say goes to {@code log}. */
    Program(Path log) {
        this.log = log;
    }

    /** Whether a program of this name is in the folders of {@code PATH}. */
    static boolean isThere(String name) {
        String folders = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(folders.split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(name)));
    }

    /** Runs it once, and returns what it printed. */
    String output(List<String> command) throws IOException, InterruptedException {
        int status = start(command);
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        if (status != 0) {
            throw new IOException(String.join(" ", command) + ": exit status " + status + ": " + said);
        }
        return said;
    }

    /**
     * Runs it {@code times} times, and returns the durations in nanoseconds, sorted.
     *
     * @throws IOException if it fails
     */
    long[] time(int times, List<String> command) throws IOException, InterruptedException {
        output(command); // brings its files into memory, and says why it fails if it does
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            int status = start(command);
            nanos[i] = System.nanoTime() - start;
            if (status != 0) {
                throw new IOException(String.join(" ", command) + ": exit status " + status);
            }
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private int start(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
    }
}
