package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.MemoryReader;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelBitmapTest {

    private static final Address START = Address.of(0xffff_8000_0950_1238L);

    /** Memory that holds these bytes from START on, and nothing else. */
    private static MemoryReader memory(byte[] bytes) {
        return (from, into, offset, length) -> {
            assertEquals(START, from);
            assertEquals(bytes.length, length, "whole words are read");
            System.arraycopy(bytes, 0, into, offset, length);
        };
    }

    @ParameterizedTest(name = "{0}, words of {1} bytes, {2}, {3} bits")
    @CsvSource(delimiter = '|', textBlock = """
    # the same bits: 0, 26, 37, 63 and 64
    01 00 00 04 20 00 00 80 01 00 00 00 00 00 00 00 | 8 | LITTLE_ENDIAN | 80 | 0 26 37 63 64
    80 00 00 20 04 00 00 01 00 00 00 00 00 00 00 01 | 8 | BIG_ENDIAN    | 80 | 0 26 37 63 64
    01 00 00 04 20 00 00 80 01 00 00 00             | 4 | LITTLE_ENDIAN | 65 | 0 26 37 63 64
    04 00 00 01 80 00 00 20 00 00 00 01             | 4 | BIG_ENDIAN    | 65 | 0 26 37 63 64
    # what lies behind the last bit does not count
    01 00 00 04 20 00 00 80                         | 8 | LITTLE_ENDIAN | 63 | 0 26 37
    00 00 00 00                                     | 4 | LITTLE_ENDIAN | 1  |
    """)
    void theNumbersOfSetBitsAreRead(String bytes, int wordBytes, String order, int bits, String numbers) {
        List<Integer> read = List.copyOf(KernelBitmap.read(
                memory(HexFormat.ofDelimiter(" ").parseHex(bytes)),
                START,
                wordBytes,
                order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                bits));

        List<Integer> expected = numbers == null
                ? List.of()
                : List.of(numbers.split(" ")).stream().map(Integer::valueOf).toList();
        assertEquals(expected, read);
    }

    @Test
    void memoryThatCannotBeReadIsAnError() {
        MemoryException hole = new MemoryException(Refusal.of(Errno.EFAULT, "a hole in the dump"));
        MemoryReader memory = (from, into, offset, length) -> {
            throw hole;
        };

        assertSame(
                hole,
                assertThrows(
                        MemoryException.class, () -> KernelBitmap.read(memory, START, 8, ByteOrder.LITTLE_ENDIAN, 64)));
    }

    @ParameterizedTest
    @CsvSource({"2, 8", "16, 8", "0, 8", "8, -1"})
    void whatIsNoBitmapIsRefused(int wordBytes, int bits) {
        assertThrows(
                IllegalArgumentException.class,
                () -> KernelBitmap.read(memory(new byte[8]), START, wordBytes, ByteOrder.LITTLE_ENDIAN, bits));
    }
}
