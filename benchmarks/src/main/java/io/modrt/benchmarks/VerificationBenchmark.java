package io.modrt.benchmarks;

import io.modrt.load.LiveModule;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
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

/** Measures the comparison of memory with 130 modules: each is loaded anew to where it lies and compared, in one thread or two. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class VerificationBenchmark {
    private static final int OTHERS = 129;

    /** The largest of the modules. */
    @Param("")
    public String module = "";

    /** A file with the path of a module in each line. */
    @Param("")
    public String list = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    /** How many threads compare. */
    @Param("2")
    public int threads = 2;

    private LiveModules live;
    private ForkJoinPool pool;

    /** For JMH. */
    public VerificationBenchmark() {}

    /** Loads the modules. */
    @Setup
    public void open() throws IOException {
        live = LiveModules.load(Path.of(module), Path.of(list), Path.of(exports), OTHERS);
        pool = new ForkJoinPool(threads);
    }

    /** Closes the runtime. */
    @TearDown
    public void close() {
        pool.shutdownNow();
        live.close();
    }

    /** Compares all modules with memory, and returns how many words were looked at. */
    @Benchmark
    public long verify() throws ExecutionException, InterruptedException {
        List<LiveModule> modules = live.runtime().modules();
        return pool.submit(() -> modules.parallelStream().mapToLong(this::words).sum())
                .get();
    }

    private long words(LiveModule module) {
        VerificationResult result = Verification.of(module).run(live.runtime().memory());
        if (result.differenceCount() > 0) {
            throw new IllegalStateException(module.name() + ": " + result);
        }
        return result.words();
    }
}
