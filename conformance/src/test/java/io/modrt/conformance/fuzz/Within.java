package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.modrt.error.ModrtException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Runs a step on a hostile input within a second of CPU time and 64 MB. */
final class Within {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Within() {}

    /** The text of what the step gives, or the message with which it is refused. */
    static String limits(Callable<?> step) throws Exception {
        long thread = Thread.currentThread().getId();
        long bytes = THREADS.getThreadAllocatedBytes(thread);
        long nanos = THREADS.getCurrentThreadCpuTime();
        String outcome;
        try {
            outcome = String.valueOf(step.call());
        } catch (ModrtException | IOException | UncheckedIOException refused) {
            outcome = refused.getClass().getSimpleName() + ": " + refused.getMessage();
        }
        long millis = (THREADS.getCurrentThreadCpuTime() - nanos) / 1_000_000;
        long megabytes = THREADS.getThreadAllocatedBytes(thread) - bytes >> 20;
        assertTrue(millis < 1000, millis + " ms for: " + outcome);
        assertTrue(megabytes < 64, megabytes + " MB for: " + outcome);
        return outcome;
    }
}
