package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
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
 * Measures each step of loading one module, whose external symbols are all made up: {@code benchmarks/run -p module=FILE.ko}.
 * {@code resolve} includes placing; {@code relocate} includes the copy of the file's bytes and the finishing; {@code whole} goes from bytes
 * to memory and unloads the module again. {@code copy} copies the file's bytes once, which every load has to do.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class LoadBenchmark {

    /** The module's file. */
    @Param("")
    public String module = "";

    private byte[] bytes;
    private ModuleRuntime runtime;
    private ModuleFile file;
    private LayoutPlan plan;
    private PlacedModule placed;
    private ResolvedModule resolved;

    /** Reads the module and runs each step once, so that each measured step has its input. */
    @Setup
    public void open() throws IOException {
        bytes = Files.readAllBytes(Path.of(module));
        runtime =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build();
        file = ModuleFile.open(bytes);
        plan = runtime.plan(file);
        placed = plan.place();
        resolved = placed.resolve();
    }

    /** Releases the addresses. */
    @TearDown
    public void close() {
        placed.close();
        runtime.close();
    }

    /** Copies the file's bytes. */
    @Benchmark
    public byte[] copy() {
        return bytes.clone();
    }

    /** Makes a validated file from bytes. */
    @Benchmark
    public ModuleFile parse() {
        return ModuleFile.open(bytes);
    }

    /** Checks the file against the kernel and lays it out. */
    @Benchmark
    public LayoutPlan plan() {
        return runtime.plan(file);
    }

    /** Gives the module addresses and each symbol a value. */
    @Benchmark
    public ResolvedModule resolve() {
        try (PlacedModule here = plan.place()) {
            return here.resolve();
        }
    }

    /** Applies all relocations and does what the kernel does after them. */
    @Benchmark
    public RelocatedModule relocate() {
        return resolved.relocate();
    }

    /** Loads the module and unloads it. */
    @Benchmark
    public LiveModule whole() {
        LiveModule live = runtime.load(ModuleFile.open(bytes));
        live.unload();
        return live;
    }
}
