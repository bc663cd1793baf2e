package io.modrt.benchmarks;

import com.sun.management.ThreadMXBean;
import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Counts the bytes that loads allocate, from a file's bytes to a target whose memory is elsewhere, so that it does not count. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long BYTES_A_SYMBOL = 64;
    private static final long FREE_BYTES = 64 << 10;

    private final ModuleRuntime runtime;

    /** Loads against the kernel's symbols in {@code exports}. */
    Allocation(Path exports) throws IOException {
        this(ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.systemMap(exports))
                .memory(new Elsewhere())
                .build());
    }

    Allocation(ModuleRuntime runtime) {
        this.runtime = runtime;
    }

    /** Memory that keeps nothing. */
    static final class Elsewhere implements TargetMemory {
        @Override
        public void read(Address from, byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 0);
        }

        @Override
        public void write(Address to, byte[] bytes, int offset, int length) {
            // why: the embedder's memory is not modrt's
        }
    }

    /**
     * What one load took.
     *
     * @param bytes all that was allocated
     * @param imageBytes the size of the module's regions
     * @param symbols how many it has
     */
    record Count(long bytes, long imageBytes, int symbols) {

        /** What a load may allocate: its image, 64 bytes a symbol, and 64 KB. */
        long bound() {
            return imageBytes + BYTES_A_SYMBOL * symbols + FREE_BYTES;
        }

        boolean isWithin() {
            return bytes <= bound();
        }
    }

    /** Loads the module in {@code path} and unloads it. */
    Count of(Path path) throws IOException {
        return of(Files.readAllBytes(path));
    }

    /** Loads the module in {@code file} and unloads it. */
    Count of(byte[] file) {
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        LiveModule live = runtime.load(file);
        long bytes = THREADS.getThreadAllocatedBytes(thread) - before;
        Count count = new Count(
                bytes,
                TimedLoad.imageBytes(live.placed().plan()),
                live.file().symbols().count());
        TimedLoad.unload(live);
        return count;
    }
}
