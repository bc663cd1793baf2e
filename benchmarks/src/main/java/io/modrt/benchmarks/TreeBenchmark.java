package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures the load of every module of a tree into one runtime, each unloaded at once. One invocation is one pass over the tree. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class TreeBenchmark {

    private static final int MOST_TRIES = 1000;

    /** A file with the path of a module in each line. */
    @Param("")
    public String list = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    /** How many threads load, each taking the next module. */
    @Param("1")
    public int threads = 1;

    private List<Path> paths;
    private ModuleRuntime runtime;
    private TimedLoad load;
    private ExecutorService pool;

    /** For JMH. */
    public TreeBenchmark() {}

    /** Makes the runtime and the threads. */
    @Setup
    public void open() throws IOException {
        paths = Files.readAllLines(Path.of(list)).stream().map(Path::of).toList();
        runtime = Exports.runtime(Path.of(exports));
        load = new TimedLoad(runtime);
        pool = Executors.newFixedThreadPool(threads);
    }

    /** Closes the runtime. */
    @TearDown
    public void close() {
        pool.shutdownNow();
        runtime.close();
    }

    /** Loads each module with one call, and unloads it. */
    @Benchmark
    public int whole() throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        if (threads == 1) {
            return loadFrom(next);
        }
        List<Future<Integer>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(pool.submit(() -> loadFrom(next)));
        }
        int loaded = 0;
        for (Future<Integer> thread : running) {
            loaded += thread.get();
        }
        runtime.close();
        return loaded;
    }

    private int loadFrom(AtomicInteger next) {
        int loaded = 0;
        for (int at = next.getAndIncrement(); at < paths.size(); at = next.getAndIncrement()) {
            LiveModule live = load(paths.get(at));
            try {
                TimedLoad.unload(live);
            } catch (StateException used) {
                // A module of another thread came meanwhile and uses this one: both go at the end of the pass.
                if (threads == 1) {
                    throw used;
                }
            }
            loaded++;
        }
        return loaded;
    }

    /** Loads a module; again if another thread unloaded one that it began to use, as a kernel's user would try again. */
    private LiveModule load(Path path) {
        for (int tries = 1; ; tries++) {
            try {
                return runtime.load(path);
            } catch (StateException gone) {
                if (threads == 1 || tries == MOST_TRIES) {
                    throw gone;
                }
            }
        }
    }

    /** Loads each module step by step, and unloads it. */
    @Benchmark
    public void steps(StepMinima minima) throws IOException {
        for (Path path : paths) {
            load.run(path);
        }
        minima.take(load);
    }
}
