package io.modrt.conformance.fuzz;

import com.sun.management.ThreadMXBean;
import io.modrt.error.ModrtException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a target took.
 *
 * @param inputBytes the size of the input
 * @param cpuNanos CPU time
 * @param allocatedBytes all that was allocated, whether it was kept or not
 * @param escape what was raised that is neither a ModrtException nor an exception of input and output, or null
 */
record Execution(
        int inputBytes,
        long cpuNanos,
        long allocatedBytes,
        @Nullable Throwable escape) {
    private static final long MOST_NANOS = 1_000_000_000L;
    private static final long TIMES = 4;
    private static final long FREE_BYTES = 16L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Runs a target once, on this thread. */
    static Execution of(FuzzTarget target, byte[] input) {
        long thread = Thread.currentThread().getId();
        long bytes = THREADS.getThreadAllocatedBytes(thread);
        long nanos = THREADS.getCurrentThreadCpuTime();
        Throwable escape = null;
        try {
            target.entry().run(input);
        } catch (ModrtException | IOException | UncheckedIOException refused) {
            escape = null; // why: that is what a hostile input is answered with
        } catch (Throwable escaped) {
            escape = escaped;
        }
        long cpuNanos = THREADS.getCurrentThreadCpuTime() - nanos;
        return new Execution(input.length, cpuNanos, THREADS.getThreadAllocatedBytes(thread) - bytes, escape);
    }

    /** This run, with the time and memory of {@code other}, a run of the same input, where that took less. */
    Execution least(Execution other) {
        return new Execution(
                inputBytes,
                Math.min(cpuNanos, other.cpuNanos),
                Math.min(allocatedBytes, other.allocatedBytes),
                other.escape == null ? escape : other.escape);
    }

    /** The share of what it may allocate, four times its input and 16 MiB, that it allocated. */
    double allocatedShare() {
        return (double) allocatedBytes / (TIMES * inputBytes + FREE_BYTES);
    }

    /** What is wrong with the run; null if nothing is. */
    @Nullable
    String fault() {
        if (escape != null) {
            return "raised " + escape;
        }
        if (cpuNanos > MOST_NANOS) {
            return "took " + cpuNanos / 1_000_000 + " ms of CPU time";
        }
        return allocatedShare() > 1 ? "allocated " + allocatedBytes + " bytes for an input of " + inputBytes : null;
    }
}
