package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadOutcome;
import io.modrt.tree.ModuleTree;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures the load of a whole tree whose modules stay, each behind those that it needs, by one thread or several. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class ThreadsBenchmark {

    /** The folder {@code lib/modules/VERSION} of the tree. */
    @Param("")
    public String modules = "";

    /** How many threads load. */
    @Param("1")
    public int threads = 1;

    private ModuleTree tree;
    private ModuleRuntime runtime;

    /** For JMH. */
    public ThreadsBenchmark() {}

    /** Makes a runtime without modules, and reads which module needs which. */
    @Setup(Level.Invocation)
    public void open() {
        runtime =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build();
        tree = ModuleTree.open(Path.of(modules));
        tree.graph();
        System.gc(); // why: what a pass keeps alive is as much as it allocates, and a collection would copy it
    }

    /** Unloads all. */
    @TearDown(Level.Invocation)
    public void close() {
        runtime.close();
    }

    /** Loads all modules; init memory is given back, as the kernel does. */
    @Benchmark
    public int all() {
        return runtime.loadAll(tree, tree.names(), threads, ThreadsBenchmark::dropInit)
                .size();
    }

    private static void dropInit(LoadOutcome outcome) {
        outcome.module().ifPresent(LiveModule::dropInit);
    }
}
