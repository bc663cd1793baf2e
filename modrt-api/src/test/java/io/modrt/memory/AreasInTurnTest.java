package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AreasInTurnTest {
    private static final int PAGE = 0x1000;
    private static final AddressRange NEAR = area(0xffff_8000_0000_0000L, 0xffff_8000_0000_4000L);
    private static final AddressRange FAR = area(0xffff_8000_1000_0000L, 0xffff_8000_1000_8000L);

    private final ModuleAllocator allocator = ModuleAllocator.over(List.of(NEAR, FAR), PAGE);

    private static AddressRange area(long start, long end) {
        return AddressRange.between(Address.of(start), Address.of(end));
    }

    private AddressRange allocate(long sizeBytes) {
        return allocator.allocate(sizeBytes, Permission.READ_WRITE_EXECUTE);
    }

    @Test
    void theFirstAreaWithRoomIsUsed() {
        // with its guard page the first block takes two of four pages
        assertEquals(NEAR.start(), allocate(PAGE).start());
        assertEquals(FAR.start(), allocate(2 * PAGE).start(), "three pages are in the second area alone");
        assertEquals(NEAR.start().plus(0x2000), allocate(PAGE).start(), "the first is asked first again");
        assertEquals(FAR.start().plus(0x3000), allocate(PAGE).start());
    }

    @Test
    void whatIsGivenBackIsUsedAgainInItsArea() {
        AddressRange near = allocate(3 * PAGE);
        AddressRange far = allocate(3 * PAGE);
        allocator.free(far);
        assertEquals(far, allocate(3 * PAGE));
        allocator.free(near);
        assertEquals(near, allocate(3 * PAGE));
    }

    @Test
    void withoutRoomAnywhereEachAreaTellsItsNumbers() {
        MemoryException refusal = assertThrows(MemoryException.class, () -> allocate(0x8000));

        assertEquals(Errno.ENOMEM, refusal.errno());
        assertEquals(
                "module area [0xffff800010000000, 0xffff800010008000): no room for 0x8000 bytes and a guard page of"
                        + " 0x1000: the largest hole has 0x8000 bytes; unload modules or give a larger area",
                refusal.getMessage());
        assertEquals(1, refusal.getSuppressed().length);
        assertTrue(String.valueOf(refusal.getSuppressed()[0].getMessage())
                .startsWith("module area [0xffff800000000000, 0xffff800000004000): no room for 0x8000 bytes"));
        assertEquals(FAR.start(), allocate(0x7000).start(), "a refusal takes nothing");
    }

    @Test
    void wrongCallsAreToldApartFromFullAreas() {
        AddressRange elsewhere = area(0x1000, 0x2000);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> allocator.free(elsewhere));
        assertEquals(
                "[0x1000, 0x2000) is in none of [[0xffff800000000000, 0xffff800000004000), [0xffff800010000000,"
                        + " 0xffff800010008000)]",
                refused.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> allocator.free(area(NEAR.start().value(), NEAR.start().value() + 8)));
        assertThrows(IllegalArgumentException.class, () -> allocate(0));
        assertThrows(IllegalArgumentException.class, () -> ModuleAllocator.over(List.of(), PAGE));
        assertThrows(IllegalArgumentException.class, () -> ModuleAllocator.over(List.of(NEAR, FAR), 3000));
    }

    @Test
    void areasThatOverlapWouldHandOutTheSameBytesTwice() {
        AddressRange both = area(0xffff_8000_0000_3000L, 0xffff_8000_1000_8000L);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> ModuleAllocator.over(List.of(FAR, both), PAGE));
        assertEquals(
                "module areas [0xffff800010000000, 0xffff800010008000) and [0xffff800000003000, 0xffff800010008000)"
                        + " overlap",
                refused.getMessage());
    }

    @Test
    void oneAreaIsFirstFitInIt() {
        ModuleAllocator one = ModuleAllocator.over(List.of(NEAR), PAGE);
        assertEquals(NEAR.start(), one.allocate(1, Permission.READ_WRITE).start());
        assertEquals(
                NEAR.start().plus(0x2000),
                one.allocate(1, Permission.READ_WRITE).start());
        assertThrows(MemoryException.class, () -> one.allocate(1, Permission.READ_WRITE));
    }
}
