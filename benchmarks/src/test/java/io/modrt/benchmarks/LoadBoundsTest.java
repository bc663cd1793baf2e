package io.modrt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a load may allocate and keep, in bytes: the image once, something for each symbol and section, and nothing for a relocation. */
class LoadBoundsTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BYTES_A_SYMBOL = 64;
    private static final int BYTES_A_SECTION = 640;
    private static final int FREE_BYTES = 64 << 10;
    private static final int RUNS = 12;

    /** The target's memory is the embedder's, so that it does not count. */
    private static final class Elsewhere implements TargetMemory {
        @Override
        public void read(Address from, byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 0);
        }

        @Override
        public void write(Address to, byte[] bytes, int offset, int length) {
            assertTrue(length >= 0);
        }
    }

    private record Allocated(long bytes, long imageBytes) {
        long beyondImage() {
            return bytes - imageBytes;
        }
    }

    private static Allocated load(SyntheticModule.Size size) {
        byte[] file = SyntheticModule.bytes("bounded", size);
        byte[] other = SyntheticModule.bytes("other", new SyntheticModule.Size(0, 1, 1));
        long least = Long.MAX_VALUE;
        long image = 0;
        for (int run = 0; run < RUNS; run++) { // the first loads initialise classes
            ModuleRuntime runtime =
                    ModuleRuntime.builder().memory(new Elsewhere()).build();
            runtime.load(other);
            long thread = Thread.currentThread().getId();
            long before = THREADS.getThreadAllocatedBytes(thread);
            LiveModule live = runtime.load(file);
            least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
            image = TimedLoad.imageBytes(live.placed().plan());
        }
        return new Allocated(least, image);
    }

    @ParameterizedTest
    @CsvSource({"0, 100, 10", "0, 300000, 10", "0, 100, 1000", "0, 100, 50000", "1000, 100, 10"})
    void aLoadAllocatesItsImageAndFewBytesASymbolAndASection(int sections, int relocations, int symbols) {
        Allocated allocated = load(new SyntheticModule.Size(sections, relocations, symbols));
        long bound = FREE_BYTES + (long) BYTES_A_SYMBOL * symbols + (long) BYTES_A_SECTION * sections;
        assertTrue(allocated.beyondImage() <= bound, allocated + ", allowed beyond the image: " + bound);
    }

    @Test
    void relocationsAllocateNothing() {
        long few = load(new SyntheticModule.Size(0, 10_000, 10)).beyondImage();
        long many = load(new SyntheticModule.Size(0, 400_000, 10)).beyondImage();
        assertEquals(few, many, 8 << 10);
    }

    @Test
    void aLiveModuleRetainsNoMoreThanItsImageNamesAndTables() {
        int count = 60;
        SyntheticModule.Size size = new SyntheticModule.Size(20, 20_000, 1_000);
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(SyntheticModule.bytes("kept_" + i, size));
        }
        ModuleRuntime runtime = ModuleRuntime.builder().memory(new Elsewhere()).build();
        runtime.load(SyntheticModule.bytes("other", size)).unload();
        long before = usedBytes();
        long image = 0;
        for (byte[] file : files) {
            image += TimedLoad.imageBytes(runtime.load(file).placed().plan());
        }
        long retained = usedBytes() - before;
        assertEquals(count, runtime.modules().size());
        assertTrue(retained <= image, count + " modules retain " + retained + " bytes, their images have " + image);
    }

    private static long usedBytes() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        Runtime jvm = Runtime.getRuntime();
        return jvm.totalMemory() - jvm.freeMemory();
    }
}
