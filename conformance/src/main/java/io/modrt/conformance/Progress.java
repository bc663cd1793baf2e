package io.modrt.conformance;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;

/** One line that tells how far a long run has come; on a terminal it rewrites itself, in a log it comes now and then. */
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

    /** Prints lines {@code what: N of M …} to standard error, which the property {@code modrt.terminal} calls a terminal. */
    static Progress of(String what) {
        return new Progress(what, System.err, Boolean.getBoolean("modrt.terminal"));
    }

    /** Prints them to {@code out}. */
    Progress(String what, PrintStream out, boolean terminal) {
        this.what = what;
        this.out = out;
        this.terminal = terminal;
        this.ticker = new Thread(this::tick, "progress");
        ticker.setDaemon(true);
        ticker.start();
    }

    /** There are {@code more} things to do. */
    void expect(int more) {
        total.addAndGet(more);
    }

    /** One more is done. */
    void add(boolean well) {
        done.incrementAndGet();
        if (!well) {
            failed.incrementAndGet();
        }
    }

    /** The line. */
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

    /** Prints no more, and takes the line away from a terminal. */
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
