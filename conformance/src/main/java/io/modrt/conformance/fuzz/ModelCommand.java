package io.modrt.conformance.fuzz;

import java.io.PrintStream;
import java.util.Locale;

/** {@code run model}: a million random operations of eight threads on one runtime, against a small model of the module list. */
public final class ModelCommand {
    private static final long STEPS = 1_000_000;
    private static final int THREADS = 8;
    private static final long SEED = 20090519;
    private static final int WARM_UP = 50_000;

    private final PrintStream out;

    /** The command. */
    public ModelCommand(PrintStream out) {
        this.out = out;
    }

    /** Runs it; returns whether all was as the model has it. */
    public boolean run() throws InterruptedException {
        new ModelRun(SEED + 1).run(WARM_UP, THREADS);
        long before = usedBytes();
        long start = System.nanoTime();
        ModelRun.Outcome outcome = new ModelRun(SEED).run(STEPS, THREADS);
        double seconds = (System.nanoTime() - start) / 1e9;
        long after = usedBytes();
        out.printf(
                Locale.ROOT,
                "%d steps of %d threads in %.0f s, %d of them refused as the model has it; %d deviations; heap %.1f MB before, %.1f MB after%n",
                outcome.steps(),
                THREADS,
                seconds,
                outcome.refusals(),
                outcome.deviations().size(),
                before / 1e6,
                after / 1e6);
        outcome.deviations().forEach(out::println);
        return outcome.deviations().isEmpty();
    }

    private static long usedBytes() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(50);
        }
        Runtime memory = Runtime.getRuntime();
        return memory.totalMemory() - memory.freeMemory();
    }
}
