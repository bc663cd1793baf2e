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

    private static Figures figures = Figures.none();
    private static long written = System.nanoTime();

    private JazzerTarget() {}

    /** Runs the target once. What is wrong with it is raised, so that Jazzer keeps the input. */
    public static void fuzzerTestOneInput(byte[] input) throws Throwable {
        Execution execution = Execution.of(TARGET, input);
        // why: classes are loaded and compiled, and Jazzer changes them, in the time and memory of the run at hand
        for (int i = 0; i < MOST_REPEATS && execution.escape() == null && execution.fault() != null; i++) {
            execution = execution.least(Execution.of(TARGET, input));
        }
        figures = figures.with(execution);
        String fault = execution.fault();
        if (fault != null) {
            figures = figures.withFault();
            write();
            throw execution.escape() != null ? execution.escape() : new AssertionError(fault);
        }
        if (System.nanoTime() - written > EVERY) {
            write();
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
