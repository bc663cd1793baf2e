package io.modrt.conformance;

import java.io.PrintStream;
import java.util.List;

/** Counts checks, and prints those that failed. Safe for many threads. */
final class Checks {
    private final PrintStream out;
    private int passed;
    private int failed;

    Checks(PrintStream out) {
        this.out = out;
    }

    /** Counts a check, which passed if {@code faults} is empty. */
    synchronized void add(String what, List<String> faults) {
        if (faults.isEmpty()) {
            passed++;
        } else {
            failed++;
            out.println("FAILED " + what + ": " + String.join("; ", faults));
        }
    }

    synchronized int passed() {
        return passed;
    }

    synchronized int failed() {
        return failed;
    }
}
