package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Loads modules step by step, unloads each at once, and adds up how long each step takes, in nanoseconds. */
final class TimedLoad {
    /** The largest image whose bytes {@link #copy} copies in one go; larger ones are copied up to here. */
    private static final int BLOCK_BYTES = 64 << 20;

    private final ModuleRuntime runtime;
    private final FileBuffer buffer = new FileBuffer();
    private final byte[] block = new byte[BLOCK_BYTES];
    private final long[] nanos = new long[Step.values().length];

    /** One step of a load; {@link #RELOCATE} includes the copy of the file's bytes and what the kernel does after relocation. */
    enum Step {
        /** The file's bytes, from the operating system's cache to a buffer that is used again. */
        READ,
        /** Bytes to a validated file. */
        PARSE,
        /** The checks against the kernel, and the layout. */
        PLAN,
        /** Addresses for the regions. */
        PLACE,
        /** A value for each symbol. */
        RESOLVE,
        /** The relocated and finished image. */
        RELOCATE,
        /** The image to the target's memory, and the module to the list. */
        COMMIT,
        /** The module out of list and memory. */
        UNLOAD,
        /** For comparison: a copy of as many bytes as the image has. */
        MEMCPY;

        /** As in the table of raw data. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    TimedLoad(ModuleRuntime runtime) {
        this.runtime = runtime;
    }

    /** Loads the module in {@code path} and unloads it. */
    void run(Path path) throws IOException {
        long start = System.nanoTime();
        buffer.read(path);
        long read = add(Step.READ, start);
        ModuleFile file = buffer.module();
        long parsed = add(Step.PARSE, read);
        LayoutPlan plan = runtime.plan(file);
        long planned = add(Step.PLAN, parsed);
        LiveModule live;
        try (PlacedModule placed = plan.place()) {
            long reserved = add(Step.PLACE, planned);
            ResolvedModule resolved = placed.resolve();
            long known = add(Step.RESOLVE, reserved);
            RelocatedModule relocated = resolved.relocate();
            long ready = add(Step.RELOCATE, known);
            live = relocated.commit();
            add(Step.COMMIT, ready);
        }
        long loaded = System.nanoTime();
        unload(live);
        long gone = add(Step.UNLOAD, loaded);
        copy(imageBytes(plan));
        add(Step.MEMCPY, gone);
    }

    /** Unloads a module, also one that the kernel keeps until somebody forces it out. */
    static void unload(LiveModule live) {
        if (live.isPermanent()) {
            live.forceUnload();
        } else {
            live.unload();
        }
    }

    /** The size of the image: that of all regions together. */
    static long imageBytes(LayoutPlan plan) {
        return plan.regions().stream().mapToLong(region -> region.sizeBytes()).sum();
    }

    private void copy(long imageBytes) {
        int most = Math.min(buffer.length(), BLOCK_BYTES);
        System.arraycopy(buffer.bytes(), 0, block, 0, (int) Math.min(imageBytes, most));
    }

    private long add(Step step, long start) {
        long now = System.nanoTime();
        nanos[step.ordinal()] += now - start;
        return now;
    }

    /** The time of a step since the last {@link #reset}. */
    long nanos(Step step) {
        return nanos[step.ordinal()];
    }

    /** Starts again from 0. */
    void reset() {
        Arrays.fill(nanos, 0);
    }
}
