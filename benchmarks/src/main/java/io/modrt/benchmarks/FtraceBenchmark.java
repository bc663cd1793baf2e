package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures switching all call sites of one module on and off again, with the checks of the old words: {@code benchmarks/run
 * FtraceBenchmark -p module=FILE.ko}. The setup prints the number of sites; the cost of one switch is the result divided by twice that.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class FtraceBenchmark {

    /** The module's file. */
    @Param("")
    public String module = "";

    private ModuleRuntime runtime;
    private Ftrace ftrace;
    private Address tracer;

    /** Loads the module. The tracer's address is that of the first import, which lies in the kernel. */
    @Setup
    public void open() {
        runtime =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build();
        LiveModule live = runtime.load(Path.of(module));
        ftrace = Ftrace.attach(runtime);
        tracer = live.imports().get(0).value();
        long switchable =
                ftrace.sites().stream().filter(site -> site.kind().isPresent()).count();
        CallSite first = ftrace.sites().get(0);
        System.out.println(switchable + " sites to switch, the first is " + first);
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
}
