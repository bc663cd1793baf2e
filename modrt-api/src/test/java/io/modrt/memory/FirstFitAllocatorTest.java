package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstFitAllocatorTest {

    private static final int PAGE = 0x1000;

    private static AddressRange area(long start, long end) {
        return AddressRange.between(Address.of(start), Address.of(end));
    }

    private static AddressRange allocate(ModuleAllocator allocator, long sizeBytes) {
        return allocator.allocate(sizeBytes, Permission.READ_WRITE_EXECUTE);
    }

    @ParameterizedTest(name = "{0} bytes, then the next block at {1}")
    @CsvSource({"1, 0xc0002000", "0x1000, 0xc0002000", "0x1001, 0xc0003000", "0x2f00, 0xc0004000"})
    void eachBlockIsFollowedByOneGuardPage(String bytes, String next) {
        ModuleAllocator allocator = ModuleAllocator.over(area(0xc000_0000L, 0xc010_0000L), PAGE);

        AddressRange first = allocate(allocator, Long.decode(bytes));

        assertEquals(Address.of(0xc000_0000L), first.start());
        assertEquals(Long.decode(bytes), first.sizeBytes());
        assertEquals(Address.parse(next), allocate(allocator, 1).start());
        assertTrue(allocator.fresh());
    }

    @Test
    void theLowestHoleThatIsLargeEnoughIsTaken() {
        ModuleAllocator allocator = ModuleAllocator.over(area(0xc000_0000L, 0xc010_0000L), PAGE);
        AddressRange one = allocate(allocator, PAGE);
        AddressRange two = allocate(allocator, PAGE);
        AddressRange three = allocate(allocator, PAGE);
        allocator.free(one);
        // a block and its guard page were 2 pages; 2 pages and a guard page do not fit there
        assertEquals(0xc000_6000L, allocate(allocator, 2 * PAGE).start().value());
        assertEquals(one.start(), allocate(allocator, PAGE).start());
        allocator.free(three);
        allocator.free(two);
        // merged: 4 pages between one's guard and the later block
        assertEquals(two.start(), allocate(allocator, 3 * PAGE).start());
    }

    @Test
    void anAreaIsUsedToItsLastPage() {
        ModuleAllocator allocator = ModuleAllocator.over(area(0xffff_ffff_ffff_c000L, 0), PAGE);

        assertEquals(
                0xffff_ffff_ffff_c000L, allocate(allocator, 3 * PAGE).start().value());
        assertThrows(MemoryException.class, () -> allocate(allocator, 1));
    }

    @Test
    void anAreaThatDoesNotBeginWithAPageIsUsedFromTheNextOne() {
        ModuleAllocator allocator = ModuleAllocator.over(area(0x8004, 0x1_0000), PAGE);

        assertEquals(0x9000, allocate(allocator, 0x1234).start().value());
    }

    @ParameterizedTest
    @ValueSource(longs = {0x4_0000, 0x3_f001, 0x10_0000, Long.MAX_VALUE, Long.MAX_VALUE - 0x2000})
    void aFullAreaIsToldWithItsNumbers(long bytes) {
        ModuleAllocator allocator = ModuleAllocator.over(area(0xc000_0000L, 0xc004_0000L), PAGE);

        MemoryException refusal = assertThrows(MemoryException.class, () -> allocate(allocator, bytes));

        assertEquals(Errno.ENOMEM, refusal.errno());
        assertEquals(
                "module area [0xc0000000, 0xc0040000): no room for 0x" + Long.toHexString(bytes)
                        + " bytes and a guard page of 0x1000: the largest hole has 0x40000 bytes; unload modules or give a"
                        + " larger area",
                refusal.getMessage());
        assertEquals(0xc000_0000L, allocate(allocator, 0x3_f000).start().value(), "a refusal takes nothing");
    }

    @Test
    void theLargestAreaThatThereIsCanBeUsed() {
        ModuleAllocator allocator = ModuleAllocator.over(new AddressRange(Address.of(0), Long.MAX_VALUE), PAGE);

        assertThrows(MemoryException.class, () -> allocate(allocator, Long.MAX_VALUE));
        assertEquals(0, allocate(allocator, PAGE).start().value());
    }

    @Test
    void wrongCallsAreToldApartFromAFullArea() {
        ModuleAllocator allocator = ModuleAllocator.over(area(0xc000_0000L, 0xc004_0000L), PAGE);
        AddressRange block = allocate(allocator, PAGE);

        assertThrows(IllegalArgumentException.class, () -> allocate(allocator, 0));
        assertThrows(IllegalArgumentException.class, () -> allocate(allocator, -1));
        assertThrows(
                IllegalArgumentException.class,
                () -> allocator.free(new AddressRange(block.start(), block.sizeBytes() + 1)));
        allocator.free(block);
        assertThrows(IllegalArgumentException.class, () -> allocator.free(block));
        assertThrows(IllegalArgumentException.class, () -> ModuleAllocator.over(area(0, 0x1000), 3000));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20090107, -1})
    void blocksNeverTouchAndAllThatIsFreedCanBeUsedAgain(long seed) {
        Random random = new Random(seed);
        AddressRange area = area(0xffff_ffff_c000_0000L, 0xffff_ffff_c020_0000L);
        ModuleAllocator allocator = ModuleAllocator.over(area, PAGE);
        List<AddressRange> live = new ArrayList<>();
        for (int step = 0; step < 1_500; step++) {
            if (!live.isEmpty() && random.nextInt(5) < 2) {
                allocator.free(live.remove(random.nextInt(live.size())));
                continue;
            }
            long bytes = 1L + random.nextInt(random.nextInt(4) == 0 ? 0x4_0000 : 0x3000);
            AddressRange block;
            try {
                block = allocate(allocator, bytes);
            } catch (MemoryException e) {
                continue;
            }
            String at = "seed " + seed + ", step " + step + ": " + block;
            assertEquals(bytes, block.sizeBytes(), at);
            assertTrue(block.start().isAligned(PAGE), at);
            long guarded = (bytes + PAGE - 1) / PAGE * PAGE + PAGE;
            AddressRange withGuard = new AddressRange(block.start(), guarded);
            assertTrue(area.contains(withGuard), at);
            for (AddressRange other : live) {
                assertFalse(withGuard.overlaps(other), () -> at + " and " + other);
                assertFalse(other.contains(block.start().plus(-1)), () -> at + ": no guard page behind " + other);
            }
            live.add(block);
        }
        live.forEach(allocator::free);
        assertEquals(area.start(), allocate(allocator, area.sizeBytes() - PAGE).start(), "one hole again");
    }
}
