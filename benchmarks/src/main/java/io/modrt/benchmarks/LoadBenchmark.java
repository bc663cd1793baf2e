package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.load.LiveModule;
import java.io.IOException;
import java.nio.file.Path;
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

/** Measures the load of one module, from its file to memory and out again: whole, and step by step. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class LoadBenchmark {

    /** The module's file. */
    @Param("")
    public String module = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    private Path path;
    private final FileBuffer buffer = new FileBuffer();
    private ModuleRuntime runtime;
    private TimedLoad load;

    /** For JMH. */
    public LoadBenchmark() {}

    /** Makes the runtime. */
    @Setup
    public void open() throws IOException {
        path = Path.of(module);
        runtime = Exports.runtime(Path.of(exports));
        load = new TimedLoad(runtime);
    }

    /** Closes the runtime. */
    @TearDown
    public void close() {
        runtime.close();
    }

    /** Reads the module into a buffer that is used again, loads it and unloads it. */
    @Benchmark
    public LiveModule whole() throws IOException {
        buffer.read(path);
        LiveModule live = runtime.load(buffer.module());
        TimedLoad.unload(live);
        return live;
    }

    /** Loads the module by its path with one call, and unloads it. */
    @Benchmark
    public LiveModule byPath() {
        LiveModule live = runtime.load(path);
        TimedLoad.unload(live);
        return live;
    }

    /** Loads the module step by step, and unloads it. */
    @Benchmark
    public void steps(StepMinima minima) throws IOException {
        load.run(path);
        minima.take(load);
    }
}
