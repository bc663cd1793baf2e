package io.modrt.conformance.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What Jazzer calls for each input. The target is named by a system property; figures are written to a file from time to time, in case
 * that the process does not end by itself.
 */
public final class JazzerTarget {
    private static final FuzzTarget TARGET = Objects.requireNonNull(
            FuzzTargets.all().get(System.getProperty("modrt.fuzz.target", "")), "no such target");
    private static final Path FIGURES = Path.of(System.getProperty("modrt.fuzz.figures", "fuzz.figures"));
    private static final long EVERY = 2_000_000_000L;
    private static final int MOST_REPEATS = 10;
    private static final int MOST_SUSPECTS = 200;
    private static final Path SUSPECTS = FIGURES.resolveSibling("suspects");

    private static int suspects;

    private static Figures figures = Figures.none();
    private static long written = System.nanoTime();

    private JazzerTarget() {}

    /** Runs the target once. What escapes it is raised, so that Jazzer keeps the input. */
    public static void fuzzerTestOneInput(byte[] input) throws Throwable {
        Execution execution = Execution.of(TARGET, input);
        // why: classes are loaded and compiled, and Jazzer changes them, in the time and memory of the run at hand
        for (int i = 0; i < MOST_REPEATS && execution.escape() == null && execution.fault() != null; i++) {
            execution = execution.least(Execution.of(TARGET, input));
        }
        if (execution.escape() != null) {
            figures = figures.with(execution).withFault();
            write();
            throw execution.escape();
        }
        if (execution.fault() != null) {
            suspect(input);
            return;
        }
        figures = figures.with(execution);
        if (System.nanoTime() - written > EVERY) {
            write();
        }
    }

    /** Keeps an input that took too much, perhaps through what Jazzer does; {@link FuzzCommand} runs it again without Jazzer. */
    private static void suspect(byte[] input) throws IOException {
        if (suspects < MOST_SUSPECTS) {
            Files.write(Files.createDirectories(SUSPECTS).resolve("suspect-" + suspects++), input);
        }
    }

    /** Called by Jazzer at the end. */
    public static void fuzzerTearDown() {
        write();
    }

    private static void write() {
        written = System.nanoTime();
        try {
            Files.writeString(FIGURES, figures.line());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
