package io.modrt.benchmarks;

import java.util.Arrays;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The shortest time of each step in one iteration of JMH, in nanoseconds. JMH reports what the public methods return under their names. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class StepMinima {
    private final long[] least = new long[TimedLoad.Step.values().length];

    /** For JMH. */
    public StepMinima() {}

    /** Forgets the iteration before. */
    @Setup(Level.Iteration)
    public void forget() {
        Arrays.fill(least, Long.MAX_VALUE);
    }

    /** Takes the times of one load, or of one pass over a tree, and resets them. */
    void take(TimedLoad load) {
        for (TimedLoad.Step step : TimedLoad.Step.values()) {
            least[step.ordinal()] = Math.min(least[step.ordinal()], load.nanos(step));
        }
        load.reset();
    }

    private long of(TimedLoad.Step step) {
        return least[step.ordinal()];
    }

    /** Reading the file. */
    public long read() {
        return of(TimedLoad.Step.READ);
    }

    /** Making a validated file of the bytes. */
    public long parse() {
        return of(TimedLoad.Step.PARSE);
    }

    /** Checking it against the kernel, and laying it out. */
    public long plan() {
        return of(TimedLoad.Step.PLAN);
    }

    /** Reserving addresses. */
    public long place() {
        return of(TimedLoad.Step.PLACE);
    }

    /** Giving each symbol a value. */
    public long resolve() {
        return of(TimedLoad.Step.RESOLVE);
    }

    /** Relocating and finishing. */
    public long relocate() {
        return of(TimedLoad.Step.RELOCATE);
    }

    /** Writing to the target's memory. */
    public long commit() {
        return of(TimedLoad.Step.COMMIT);
    }

    /** Unloading. */
    public long unload() {
        return of(TimedLoad.Step.UNLOAD);
    }

    /** Copying as many bytes as the image has. */
    public long memcpy() {
        return of(TimedLoad.Step.MEMCPY);
    }
}
