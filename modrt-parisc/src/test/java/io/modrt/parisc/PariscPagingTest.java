package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.Width;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The entries are written out as they are in the memory of a live kernel: a table's address 8 bits lower, with flags. */
class PariscPagingTest {
    private final ByteBuffer ram = ByteBuffer.allocate(0x10000);
    private final List<AddressRange> ranges = List.of(new AddressRange(Address.of(0), ram.capacity()));

    private PariscPaging paging(Width width) {
        return new PariscPaging(TargetMemory.of(ram, Address.of(0)), ranges, width);
    }

    private static OptionalLong physical(AddressTranslation found, long address) {
        return found.physical(Address.of(address));
    }

    private void narrowTables(int top) {
        ram.putInt(top + 2 * 4, 0x33); // addresses from 0x800000 on, by the table at 0x3000
        for (int i = 0; i < 8; i++) {
            ram.putInt(top + (0x40 + i) * 4, 0x43 + i * 0x10); // the linear part's tables lie behind each other
        }
        ram.putInt(0x3000 + 0x10 * 4, 0x5200);
    }

    private static void assertNarrow(AddressTranslation found) {
        assertEquals(OptionalLong.of(0x5123), physical(found, 0x0081_0123L));
        assertEquals(OptionalLong.of(0x10), physical(found, 0x1000_0010L));
        assertEquals(OptionalLong.empty(), physical(found, 0x0081_1000L));
        assertEquals(OptionalLong.empty(), physical(found, 0x00c0_0000L));
    }

    @Test
    void tablesOf32BitsAreFoundByTheirSymbol() {
        narrowTables(0x2000);
        assertNarrow(paging(Width.BITS_32)
                .find(KernelSymbols.of(Map.of("swapper_pg_dir", Address.of(0x1000_2000L))))
                .orElseThrow());
    }

    @Test
    void tablesOf32BitsAreFoundByTheRowOfTheLinearPart() {
        narrowTables(0x2000);
        assertNarrow(paging(Width.BITS_32).find(KernelSymbols.of(Map.of())).orElseThrow());
    }

    @Test
    void tablesOf64BitsHaveATopTableInFront() {
        ram.putInt(0x1000, 0x23); // the lowest 4 GB, by the table at 0x2000
        ram.putInt(0x2000 + 4 * 4, 0x33);
        ram.putLong(0x3000 + 0x10 * 8, 0x6200);
        AddressTranslation found = paging(Width.BITS_64)
                .find(KernelSymbols.of(Map.of("swapper_pg_dir", Address.of(0x4000_1000L))))
                .orElseThrow();
        assertEquals(OptionalLong.of(0x6abc), physical(found, 0x0081_0abcL));
        assertEquals(OptionalLong.of(0x20), physical(found, 0x4000_0020L));
        assertEquals(OptionalLong.empty(), physical(found, 0x0090_0000L));
    }

    @Test
    void memoryWithoutTablesHasNoTranslation() {
        assertTrue(paging(Width.BITS_32).find(KernelSymbols.of(Map.of())).isEmpty());
        assertTrue(paging(Width.BITS_64).find(KernelSymbols.of(Map.of())).isEmpty());
    }
}
