package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.Ftrace;
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

/** Measures switching all call sites of one module on and off again, with the checks of the old words. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class FtraceBenchmark {

    /** The module's file. */
    @Param("")
    public String module = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    private ModuleRuntime runtime;
    private Ftrace ftrace;
    private Address tracer;

    /** For JMH. */
    public FtraceBenchmark() {}

    /** Loads the module. The tracer is 8 MB behind its code, in reach of the sites of every machine. */
    @Setup
    public void open() throws IOException {
        runtime = Exports.runtime(Path.of(exports));
        LiveModule live = runtime.load(Path.of(module));
        ftrace = Ftrace.attach(runtime);
        tracer = live.address(".text").orElseThrow().plus(8 << 20);
    }

    /** Unloads the module. */
    @TearDown
    public void close() {
        runtime.close();
    }

    /** Switches all sites on, then off. */
    @Benchmark
    public Ftrace onAndOff() {
        return ftrace.trace("", tracer).untrace(tracer);
    }

    /** How many call sites of {@code module} can be switched. */
    static long sites(Path module, Path exports) throws IOException {
        try (ModuleRuntime kernel = Exports.runtime(exports)) {
            kernel.load(module);
            return Ftrace.attach(kernel).sites().stream()
                    .filter(site -> site.kind().isPresent())
                    .count();
        }
    }
}
