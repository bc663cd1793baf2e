package io.modrt.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one benchmark at a time in a process of its own, and hands out its figures. */
final class Jmh {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /** How many loads one pass of the warming has at least. */
    private static final int LOADS_TO_WARM = 2000;

    private final List<String> jvmOptions;
    private final boolean isShort;

    /**
     * @param jvmOptions of the measured process
     * @param isShort whether to take a few samples only
     */
    Jmh(List<String> jvmOptions, boolean isShort) {
        this.jvmOptions = List.copyOf(jvmOptions);
        this.isShort = isShort;
    }

    /** What one benchmark gave. */
    @SuppressWarnings("rawtypes") // why: JMH's maps have them
    record Outcome(RunResult result) {

        /** The least of all samples. */
        double minimum() {
            return result.getPrimaryResult().getStatistics().getMin();
        }

        /** The sample in the middle. */
        double median() {
            return result.getPrimaryResult().getStatistics().getPercentile(50);
        }

        /** The bytes allocated for one invocation, if that was measured. */
        OptionalDouble allocatedBytes() {
            return result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith(ALLOCATION))
                    .mapToDouble(entry -> entry.getValue().getStatistics().getMin())
                    .findFirst();
        }

        /** The values of a counter, one an iteration, sorted. */
        List<Double> counter(String name) {
            List<Double> values = new ArrayList<>();
            for (BenchmarkResult fork : result.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    Result<?> value = iteration.getSecondaryResults().get(name);
                    if (value != null) {
                        values.add(value.getScore());
                    }
                }
            }
            return values.stream().sorted().toList();
        }
    }

    /** Runs a benchmark that is repeated for some seconds. */
    Outcome timed(Class<?> benchmark, String method, Map<String, String> parameters) throws RunnerException {
        return run(builder(benchmark, method, parameters)
                .warmupIterations(isShort ? 2 : 3)
                .warmupTime(TimeValue.milliseconds(isShort ? 500 : 1000))
                .measurementIterations(isShort ? 3 : 5)
                .measurementTime(TimeValue.milliseconds(isShort ? 300 : 700)));
    }

    /** Runs a benchmark whose invocation takes long, so that a few are enough. */
    Outcome single(Class<?> benchmark, String method, Map<String, String> parameters) throws RunnerException {
        return passes(benchmark, method, parameters, LOADS_TO_WARM);
    }

    /** As {@link #single}, with more invocations if each loads few modules, so that the optimising compiler has seen enough. */
    Outcome passes(Class<?> benchmark, String method, Map<String, String> parameters, int modules)
            throws RunnerException {
        int more = Math.max(1, LOADS_TO_WARM / modules);
        return run(builder(benchmark, method, parameters)
                .warmupIterations(more * (isShort ? 2 : 15))
                .measurementIterations(Math.min(4, more) * (isShort ? 3 : 15)));
    }

    private ChainedOptionsBuilder builder(Class<?> benchmark, String method, Map<String, String> parameters) {
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
                .forks(1)
                .jvmArgs(jvmOptions.toArray(String[]::new))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        parameters.forEach((name, value) -> builder.param(name, value));
        return builder;
    }

    private static Outcome run(ChainedOptionsBuilder options) throws RunnerException {
        Collection<RunResult> results = new Runner(options.build()).run();
        return new Outcome(results.iterator().next());
    }
}
