package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    /** A file with the path of a module in each line. */
    @Param("")
    public String list = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    private List<Path> paths;
    private final FileBuffer buffer = new FileBuffer();
    private ModuleRuntime runtime;
    private TimedLoad load;

    /** For JMH. */
    public TreeBenchmark() {}

    /** Makes the runtime. */
    @Setup
    public void open() throws IOException {
        paths = Files.readAllLines(Path.of(list)).stream().map(Path::of).toList();
        runtime = Exports.runtime(Path.of(exports));
        load = new TimedLoad(runtime);
    }

    /** Closes the runtime. */
    @TearDown
    public void close() {
        runtime.close();
    }

    /** Reads each module into a buffer that is used again, loads it and unloads it. */
    @Benchmark
    public void whole() throws IOException {
        for (Path path : paths) {
            buffer.read(path);
            TimedLoad.unload(runtime.load(buffer.module()));
        }
    }

    /** Loads each module by its path with one call, and unloads it. */
    @Benchmark
    public void byPath() {
        for (Path path : paths) {
            TimedLoad.unload(runtime.load(path));
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
