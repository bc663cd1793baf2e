package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstFitPerCpuTest {

    private static final AddressRange AREA = new AddressRange(Address.of(0x8080_1008L), 0x2000);

    private final PerCpuAllocator allocator = PerCpuAllocator.over(AREA);

    @Test
    void blocksFollowEachOtherAtTheirAlignment() {
        assertEquals(0x8080_1008L, allocator.allocate(4, 4).value());
        assertEquals(0x8080_1010L, allocator.allocate(8, 16).value());
        assertEquals(0x8080_100cL, allocator.allocate(4, 4).value(), "the gap that alignment left is used");
        assertEquals(0x8080_1018L, allocator.allocate(1, 1).value());
        assertEquals(0x8080_1020L, allocator.allocate(0x40, 32).value());
    }

    @Test
    void aFullAreaIsToldWithItsNumbers() {
        MemoryException refusal = assertThrows(MemoryException.class, () -> allocator.allocate(0x2000, 16));

        assertEquals(Errno.ENOMEM, refusal.errno());
        assertEquals(
                "per-CPU area [0x80801008, 0x80803008): no room for 0x2000 bytes aligned to 0x10: the largest hole has"
                        + " 0x2000 bytes; unload modules or give a larger area",
                refusal.getMessage());
        assertThrows(MemoryException.class, () -> allocator.allocate(Long.MAX_VALUE, 4096));
        assertEquals(AREA.start(), allocator.allocate(0x2000, 8));
    }

    @Test
    void wrongCallsAreToldApart() {
        assertThrows(IllegalArgumentException.class, () -> allocator.allocate(0, 4));
        assertThrows(IllegalArgumentException.class, () -> allocator.allocate(4, 3));
        assertThrows(IllegalArgumentException.class, () -> allocator.allocate(4, 0));
        assertThrows(IllegalArgumentException.class, () -> allocator.free(AREA.start()));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, -7})
    void blocksNeverOverlapAndAllThatIsFreedCanBeUsedAgain(long seed) {
        Random random = new Random(seed);
        Map<Address, Long> live = new HashMap<>();
        for (int step = 0; step < 1_500; step++) {
            if (!live.isEmpty() && random.nextInt(5) < 2) {
                Address freed = live.keySet().iterator().next();
                allocator.free(freed);
                live.remove(freed);
                continue;
            }
            long bytes = 1L + random.nextInt(0x180);
            long alignment = 1L << random.nextInt(8);
            Address base;
            try {
                base = allocator.allocate(bytes, alignment);
            } catch (MemoryException e) {
                continue;
            }
            AddressRange block = new AddressRange(base, bytes);
            String at = "seed " + seed + ", step " + step + ": " + block;
            assertTrue(base.isAligned(alignment), at);
            assertTrue(AREA.contains(block), at);
            live.forEach((other, size) -> assertFalse(block.overlaps(new AddressRange(other, size)), at));
            live.put(base, bytes);
        }
        live.keySet().forEach(allocator::free);
        assertEquals(AREA.start(), allocator.allocate(AREA.sizeBytes(), 1), "one hole again");
    }
}
