package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapMemoryTest {

    private final TargetMemory memory = TargetMemory.heap();

    private byte[] read(long from, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x55);
        memory.read(Address.of(from), bytes, 0, length);
        return bytes;
    }

    @Test
    void whatWasNeverWrittenIsZero() {
        assertArrayEquals(new byte[8], read(0xffff_ffff_8010_0000L, 8));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xffd, 0x1000, 0x7fff_ffff_ffff_fffdL, 0x8010_0ffeL, 0xffff_ffff_c000_0ffdL, -6})
    void whatIsWrittenIsReadAlsoAcrossPages(long at) {
        memory.write(Address.of(at), new byte[] {9, 1, 2, 3, 4, 5, 6, 9}, 1, 6);

        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, read(at, 6));
        assertArrayEquals(new byte[] {3, 4}, read(at + 2, 2));
    }

    @Test
    void aWriteTouchesNothingBesides() {
        memory.write(Address.of(0x2000), new byte[] {1, 1, 1, 1}, 0, 4);
        memory.write(Address.of(0x2001), new byte[] {2, 2}, 0, 2);

        assertArrayEquals(new byte[] {0, 1, 2, 2, 1, 0}, read(0x1fff, 6));
    }

    @Test
    void theArrayStaysTheCallersAlsoIfItFillsAPage() {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) 7);
        memory.write(Address.of(0x5000), page, 0, page.length);
        page[0] = 1;
        memory.write(Address.of(0x5001), new byte[] {8}, 0, 1);

        assertArrayEquals(new byte[] {0, 7, 8, 7}, read(0x4fff, 4));
        assertEquals(7, page[1]);
    }

    private static byte[] counted(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 4096 + 1);
        }
        return bytes;
    }

    /** From a page's start and from its middle, with a rest behind the last whole page. */
    @ParameterizedTest
    @ValueSource(longs = {0x7000, 0x7010, 0xffff_ffff_c000_0000L})
    void whatIsTakenIsRead(long at) {
        byte[] large = counted(3 * 4096 + 17);
        memory.take(Address.of(at), large.clone());

        assertArrayEquals(large, read(at, large.length));
        assertArrayEquals(new byte[8], read(at + large.length, 8));
        assertArrayEquals(new byte[8], read(at - 8, 8));
    }

    @Test
    void whatWasTakenCanBeWrittenAndWiped() {
        byte[] large = counted(2 * 4096);
        memory.take(Address.of(0x7000), large.clone());
        memory.write(Address.of(0x7ffe), new byte[] {1, 2, 3, 4}, 0, 4);
        assertArrayEquals(new byte[] {1, 2, 3, 4}, read(0x7ffe, 4));
        assertEquals(large[4], read(0x7004, 1)[0]);

        memory.wipe(new AddressRange(Address.of(0x7800), 0x1000));
        assertArrayEquals(Arrays.copyOf(large, 0x800), read(0x7000, 0x800));
        assertArrayEquals(new byte[0x1000], read(0x7800, 0x1000));
        assertArrayEquals(Arrays.copyOfRange(large, 0x1800, 0x2000), read(0x8800, 0x800));

        memory.wipe(new AddressRange(Address.of(0x7000), 0x2000));
        memory.take(Address.of(0x8000), large.clone());
        assertArrayEquals(new byte[0x1000], read(0x7000, 0x1000));
        assertArrayEquals(large, read(0x8000, large.length));
    }

    @Test
    void whatIsTakenGoesOverWhatWasThere() {
        memory.write(Address.of(0x8000), new byte[] {9, 9}, 0, 2);
        byte[] large = counted(3 * 4096);
        memory.take(Address.of(0x7000), large.clone());

        assertArrayEquals(large, read(0x7000, large.length));
    }

    @Test
    void nothingIsTakenBeyondTheTopOfTheAddressSpace() {
        assertThrows(MemoryException.class, () -> memory.take(Address.of(-4096), new byte[4097]));
        memory.take(Address.of(-4096), counted(4096));

        assertArrayEquals(counted(4096), read(-4096, 4096));
    }

    @Test
    void aLargeBlockComesBack() {
        byte[] large = new byte[3 * 4096 + 17];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 + i / 4096);
        }
        memory.write(Address.of(0xc000_0ff0L), large, 0, large.length);

        assertArrayEquals(large, read(0xc000_0ff0L, large.length));
    }

    @Test
    void nothingLiesBeyondTheTopOfTheAddressSpace() {
        MemoryException refusal =
                assertThrows(MemoryException.class, () -> memory.write(Address.of(-4), new byte[5], 0, 5));

        assertEquals(Errno.EFAULT, refusal.errno());
        assertEquals(
                "memory at 0xfffffffffffffffc: 5 bytes, but only 4 to the top of the address space",
                refusal.getMessage());
        assertArrayEquals(new byte[4], read(-4, 4), "nothing was written");
        assertThrows(MemoryException.class, () -> read(-1, 2));
    }

    @Test
    void anArrayThatIsTooShortIsAWrongCall() {
        assertThrows(IndexOutOfBoundsException.class, () -> memory.write(Address.of(0), new byte[4], 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.read(Address.of(0), new byte[4], -1, 1));
    }

    @Test
    void whatIsWipedIsZeroAndItsSurroundingsStay() {
        byte[] ones = new byte[0x4000];
        Arrays.fill(ones, (byte) 1);
        memory.write(Address.of(0x10_0000), ones, 0, ones.length);
        memory.wipe(new AddressRange(Address.of(0x10_0ffe), 0x2004));

        assertArrayEquals(new byte[] {1, 0, 0, 0}, read(0x10_0ffd, 4));
        assertArrayEquals(new byte[0x2004], read(0x10_0ffe, 0x2004));
        assertArrayEquals(new byte[] {0, 1}, read(0x10_3001, 2));
        memory.write(Address.of(0x10_1000), ones, 0, 1);
        assertArrayEquals(new byte[] {0, 1, 0}, read(0x10_0fff, 3));
    }

    @Test
    void noBytesAreWrittenAnywhere() {
        memory.write(Address.of(-1), new byte[0], 0, 0);

        assertArrayEquals(new byte[1], read(-1, 1));
    }
}
