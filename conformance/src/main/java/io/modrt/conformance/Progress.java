package io.modrt.conformance;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;

/** Reports how far a long run has come: in one line that is rewritten on a terminal, and in a line every two seconds in a log. */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 100;
    private static final long LOG_MILLIS = 2000;

    private final PrintStream out;
    private final boolean terminal;
    private final String what;
    private final AtomicInteger total = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Thread ticker;

    /** Prints lines {@code what: N of M …} to standard error, which is a terminal if the property {@code modrt.terminal} says so. */
    static Progress of(String what) {
        return new Progress(what, System.err, Boolean.getBoolean("modrt.terminal"));
    }

    /** Prints such lines to {@code out}. */
    Progress(String what, PrintStream out, boolean terminal) {
        this.what = what;
        this.out = out;
        this.terminal = terminal;
        this.ticker = new Thread(this::tick, "progress");
        ticker.setDaemon(true);
        ticker.start();
    }

    /** Adds {@code more} things to do. */
    void expect(int more) {
        total.addAndGet(more);
    }

    /** Counts one more as done. */
    void add(boolean well) {
        done.incrementAndGet();
        if (!well) {
            failed.incrementAndGet();
        }
    }

    /** The line to print. */
    String line() {
        return "%s: %d of %d, %d failed".formatted(what, done.get(), total.get(), failed.get());
    }

    private void tick() {
        try {
            while (true) {
                Thread.sleep(terminal ? TERMINAL_MILLIS : LOG_MILLIS);
                out.print(terminal ? "\r" + line() : line() + "\n");
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops printing, and clears the line on a terminal. */
    @Override
    public void close() {
        ticker.interrupt();
        try {
            ticker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (terminal) {
            out.print("\r" + " ".repeat(line().length()) + "\r");
            out.flush();
        }
    }
}
