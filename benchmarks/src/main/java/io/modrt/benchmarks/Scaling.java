package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.error.Rule;
import io.modrt.policy.LoadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Loads made-up modules of growing size and prints how long each takes: lines of the axis, the size and the shortest time in nanoseconds. It is
 * a program of its own, so that it has a process and memory of its own.
 */
final class Scaling {
    private static final LoadPolicy POLICY = LoadPolicy.kernelExact().relaxed(Rule.EXTENDED_NUMBERING);
    private static final long WARM_NANOS = 4_000_000_000L;
    private static final int MOST_RUNS = 20;

    private final long enoughNanos;

    private Scaling(long enoughNanos) {
        this.enoughNanos = enoughNanos;
    }

    /** What grows. */
    enum Axis {
        /** Sections of one module. */
        SECTIONS(1, 10, 100, 1_000, 3_000, 10_000, 30_000, 70_000),
        /** Relocations of one module. */
        RELOCATIONS(100, 1_000, 10_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000),
        /** Symbols of one module. */
        SYMBOLS(1, 10, 100, 1_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
        /** Small modules that are loaded at the same time. */
        LIVE_MODULES(1, 10, 100, 300, 1_000, 3_000, 10_000);

        private final int[] sizes;

        Axis(int... sizes) {
            this.sizes = sizes;
        }

        /** As in the table of raw data. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** As people read it. */
        String label() {
            return key().replace('_', ' ');
        }
    }

    /** Runs all axes; the argument {@code short} makes it quick. */
    public static void main(String[] arguments) {
        boolean isShort = arguments.length > 0 && arguments[0].equals("short");
        Scaling scaling = new Scaling(isShort ? 100_000_000L : 700_000_000L);
        scaling.warm();
        for (Axis axis : Axis.values()) {
            for (int size : axis.sizes) {
                long nanos = scaling.least(files(axis, size));
                System.out.println(axis + " " + size + " " + nanos);
            }
        }
    }

    private void warm() {
        List<byte[]> few = files(Axis.LIVE_MODULES, 20);
        List<byte[]> middle = files(Axis.SECTIONS, 300);
        long end = System.nanoTime() + WARM_NANOS;
        while (System.nanoTime() < end) {
            once(few);
            once(middle);
        }
    }

    private static List<byte[]> files(Axis axis, int size) {
        List<byte[]> files = new ArrayList<>();
        switch (axis) {
            case SECTIONS -> files.add(SyntheticModule.bytes("grown", new SyntheticModule.Size(size, 100, 10)));
            case RELOCATIONS -> files.add(SyntheticModule.bytes("grown", new SyntheticModule.Size(0, size, 10)));
            case SYMBOLS -> files.add(SyntheticModule.bytes("grown", new SyntheticModule.Size(0, 100, size)));
            case LIVE_MODULES -> {
                for (int i = 0; i < size; i++) {
                    files.add(SyntheticModule.bytes("small_" + i, new SyntheticModule.Size(0, 100, 10)));
                }
            }
        }
        return files;
    }

    /** The shortest of some runs, which together last long enough. */
    private long least(List<byte[]> files) {
        long least = Long.MAX_VALUE;
        long spent = 0;
        for (int run = 0; run < MOST_RUNS && (run < 3 || spent < enoughNanos); run++) {
            long nanos = once(files);
            spent += nanos;
            least = Math.min(least, nanos);
        }
        return least;
    }

    /** Loads all, then unloads all. */
    private static long once(List<byte[]> files) {
        ModuleRuntime runtime = ModuleRuntime.builder().policy(POLICY).build();
        long start = System.nanoTime();
        for (byte[] file : files) {
            runtime.load(file);
        }
        runtime.close();
        return System.nanoTime() - start;
    }
}
