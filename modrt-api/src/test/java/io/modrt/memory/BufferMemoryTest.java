package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BufferMemoryTest {
    private static final Address BASE = Address.of(0xffff_ffff_c000_0000L);

    private final byte[] ram = {0, 1, 2, 3, 4, 5, 6, 7};
    private final TargetMemory memory = TargetMemory.of(ram, BASE);

    @Test
    void whatIsWrittenIsInTheArray() {
        memory.write(BASE.plus(5), new byte[] {9, 8, 7, 6}, 1, 3);

        assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 8, 7, 6}, ram);
    }

    @Test
    void whatIsInTheArrayIsRead() {
        byte[] into = new byte[4];

        memory.read(BASE.plus(2), into, 1, 3);

        assertArrayEquals(new byte[] {0, 2, 3, 4}, into);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "8, 1", "0, 9", "7, 2", "-4294967296, 1", "9223372036854775807, 2"})
    void nothingIsReadOrWrittenOutside(long offset, int length) {
        byte[] bytes = new byte[length];

        MemoryException refused =
                assertThrows(MemoryException.class, () -> memory.write(BASE.plus(offset), bytes, 0, length));

        assertEquals(Errno.EFAULT, refused.errno());
        assertThrows(MemoryException.class, () -> memory.read(BASE.plus(offset), bytes, 0, length));
        assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5, 6, 7}, ram);
    }

    /** Java widens 0xc0000000, an int, to 0xffffffffc0000000. */
    @Test
    void anAddressThatLostItsLIsTold() {
        TargetMemory mistaken = TargetMemory.of(new byte[8], Address.of(0xc0000000));

        assertEquals(
                "memory at 0xc0000000: 4 bytes, but all that there is lies at [0xffffffffc0000000, 0xffffffffc0000008);"
                        + " if 0xc0000000 is meant, write 0xc0000000L: Java widens an int with its sign",
                assertThrows(MemoryException.class, () -> mistaken.read(Address.of(0xc0000000L), new byte[4], 0, 4))
                        .getMessage());
        IllegalArgumentException range = assertThrows(
                IllegalArgumentException.class,
                () -> AddressRange.between(Address.of(0xc0000000), Address.of(0xd0000000L)));
        assertTrue(range.getMessage().contains("write 0xc0000000L"), range.getMessage());
    }

    @Test
    void aBufferBeginsAtItsPositionWhichDoesNotMove() {
        ByteBuffer buffer = ByteBuffer.wrap(ram).position(2).limit(6);
        TargetMemory part = TargetMemory.of(buffer, BASE);
        byte[] into = new byte[4];

        part.read(BASE, into, 0, 4);

        assertArrayEquals(new byte[] {2, 3, 4, 5}, into);
        assertEquals(2, buffer.position());
        assertThrows(MemoryException.class, () -> part.read(BASE.plus(1), into, 0, 4));
    }

    @Test
    void aFileThatIsMappedForReadingIsNotWritten(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("ram"), ram);
        try (FileChannel channel = FileChannel.open(file)) {
            TargetMemory constant = TargetMemory.of(channel.map(FileChannel.MapMode.READ_ONLY, 0, ram.length), BASE);
            byte[] into = new byte[1];

            constant.read(BASE.plus(7), into, 0, 1);

            assertEquals(7, into[0]);
            assertThrows(ReadOnlyBufferException.class, () -> constant.write(BASE, new byte[1], 0, 1));
        }
    }
}
