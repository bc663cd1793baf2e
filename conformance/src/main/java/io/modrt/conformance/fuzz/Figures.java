package io.modrt.conformance.fuzz;

/**
 * What the executions of a target took, all together.
 *
 * @param executions how many there were
 * @param faults how many escaped, or took too long or too much
 * @param slowestNanos the most CPU time of one
 * @param greatestShare the most that one allocated, as a share of what it may
 */
record Figures(long executions, long faults, long slowestNanos, double greatestShare) {
    static Figures none() {
        return new Figures(0, 0, 0, 0);
    }

    /** Reads {@link #line}. */
    static Figures of(String line) {
        String[] words = line.strip().split(" ", -1);
        return new Figures(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Double.parseDouble(words[3]));
    }

    /** Adds an execution. */
    Figures with(Execution execution) {
        return new Figures(
                executions + 1,
                faults,
                Math.max(slowestNanos, execution.cpuNanos()),
                Math.max(greatestShare, execution.allocatedShare()));
    }

    /** Counts a fault. */
    Figures withFault() {
        return new Figures(executions, faults + 1, slowestNanos, greatestShare);
    }

    String line() {
        return executions + " " + faults + " " + slowestNanos + " " + greatestShare + "\n";
    }
}
