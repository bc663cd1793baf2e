package io.modrt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a load may allocate and keep, in bytes: the image once, something for each symbol and section, and nothing for a relocation. */
class LoadBoundsTest {
    private static final int BYTES_A_SYMBOL = 64;
    private static final int BYTES_A_SECTION = 64;
    private static final int FREE_BYTES = 64 << 10;
    private static final int RUNS = 12;

    private static Allocation.Count load(SyntheticModule.Size size) {
        byte[] file = SyntheticModule.bytes("bounded", size);
        Allocation allocation = new Allocation(runtime());
        Allocation.Count least = allocation.of(file);
        for (int run = 1; run < RUNS; run++) { // the first loads initialise classes
            Allocation.Count count = allocation.of(file);
            least = count.bytes() < least.bytes() ? count : least;
        }
        return least;
    }

    private static ModuleRuntime runtime() {
        return ModuleRuntime.builder().memory(new Allocation.Elsewhere()).build();
    }

    @ParameterizedTest
    @CsvSource({"0, 100, 10", "0, 300000, 10", "0, 100, 1000", "0, 100, 50000", "1000, 100, 10", "30000, 100, 10"})
    void aLoadAllocatesItsImageAndFewBytesASymbolAndASection(int sections, int relocations, int symbols) {
        Allocation.Count count = load(new SyntheticModule.Size(sections, relocations, symbols));
        long bound =
                count.imageBytes() + FREE_BYTES + (long) BYTES_A_SYMBOL * symbols + (long) BYTES_A_SECTION * sections;
        assertTrue(count.bytes() <= bound, count + ", allowed: " + bound);
        assertTrue(sections > 0 || count.isWithin(), count + ", allowed: " + count.bound());
    }

    @Test
    void relocationsAllocateNothing() {
        Allocation.Count few = load(new SyntheticModule.Size(0, 10_000, 10));
        Allocation.Count many = load(new SyntheticModule.Size(0, 400_000, 10));
        assertEquals(4L * 390_000, many.imageBytes() - few.imageBytes());
        long more = many.bytes() - few.bytes();
        assertTrue(Math.abs(more - 4L * 390_000) <= 8 << 10, "390,000 relocations more allocate " + more);
    }

    @Test
    void aLiveModuleRetainsNoMoreThanItsImageNamesAndTables() {
        int count = 60;
        SyntheticModule.Size size = new SyntheticModule.Size(20, 20_000, 1_000);
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(SyntheticModule.bytes("kept_" + i, size));
        }
        ModuleRuntime runtime = runtime();
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
