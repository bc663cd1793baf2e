package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadOutcome;
import io.modrt.tree.ModuleTree;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Measures the load of a whole tree whose modules stay, each behind those that it needs, by one thread and by two in turn: two processes
 * would compile the same code in two ways.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class ThreadsBenchmark {

    /** The folder {@code lib/modules/VERSION} of the tree. */
    @Param("")
    public String modules = "";

    /** For JMH. */
    public ThreadsBenchmark() {}

    /** The times of one iteration, in nanoseconds. JMH reports what the public fields have under their names. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Times {
        /** The load by one thread. */
        public long byOne;

        /** The load by two. */
        public long byTwo;

        /** For JMH. */
        public Times() {}
    }

    /** Loads all modules twice; init memory is given back, as the kernel does. */
    @Benchmark
    public void inTurn(Times times) {
        times.byOne = load(1);
        times.byTwo = load(2);
    }

    private long load(int threads) {
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build()) {
            ModuleTree tree = ModuleTree.open(Path.of(modules));
            tree.graph();
            System.gc(); // why: what a pass keeps alive is as much as it allocates, and a collection would copy it
            long start = System.nanoTime();
            runtime.loadAll(tree, tree.names(), threads, ThreadsBenchmark::dropInit);
            return System.nanoTime() - start;
        }
    }

    private static void dropInit(LoadOutcome outcome) {
        outcome.module().ifPresent(LiveModule::dropInit);
    }
}
