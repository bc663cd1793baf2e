package io.modrt.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.FormatException;
import io.modrt.error.MemoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that hold memory. */
class ImageFileTest {
    @TempDir
    Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("image"), bytes);
    }

    private static byte[] read(ImageFile image, long from, int length) {
        byte[] bytes = new byte[length];
        image.read(Address.of(from), bytes, 0, length);
        return bytes;
    }

    @Test
    void aFlatFileBeginsAtItsBase() throws IOException {
        Path path = file(new byte[] {1, 2, 3, 4});
        try (ImageFile image = ImageFile.flat(path, Address.of(0x4000_0000L), ImageFile.Addressing.PHYSICAL)) {
            assertArrayEquals(new byte[] {2, 3}, read(image, 0x4000_0001L, 2));
            assertEquals(List.of(new AddressRange(Address.of(0x4000_0000L), 4)), image.ranges());
            assertThrows(MemoryException.class, () -> read(image, 0x4000_0003L, 2));
            assertThrows(MemoryException.class, () -> read(image, 0x3fff_ffffL, 2));
        }
        try (ImageFile image = ImageFile.open(path)) {
            assertArrayEquals(new byte[] {1}, read(image, 0, 1));
        }
    }

    /** An ELF core of 32 bits with two segments: four bytes and a byte of zero at 0x1000, and two bytes at 0x8000. */
    private static byte[] narrow(ByteOrder order) {
        ByteBuffer core = ByteBuffer.allocate(0x80).order(order);
        core.put(new byte[] {0x7f, 'E', 'L', 'F', 1, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1});
        core.putInt(28, 52).putShort(42, (short) 32).putShort(44, (short) 2);
        int[][] segments = {{0x74, 0xc000_1000, 0x1000, 4, 5}, {0x78, 0xc000_8000, 0x8000, 2, 2}};
        for (int i = 0; i < 2; i++) {
            int at = 52 + i * 32;
            core.putInt(at, 1);
            for (int field = 0; field < 5; field++) {
                core.putInt(at + 4 + field * 4, segments[i][field]);
            }
        }
        core.position(0x74);
        core.put(new byte[] {1, 2, 3, 4, 5, 6});
        return core.array();
    }

    @Test
    void coresOfEitherByteOrderAreReadByTheAddressesOfEitherKind() throws IOException {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            Path path = file(narrow(order));
            try (ImageFile image = ImageFile.open(path)) {
                assertEquals(ImageFile.Addressing.PHYSICAL, image.addressing());
                assertArrayEquals(new byte[] {3, 4, 0}, read(image, 0x1002, 3));
                assertArrayEquals(new byte[] {5, 6}, read(image, 0x8000, 2));
                assertThrows(MemoryException.class, () -> read(image, 0x1004, 2));
            }
            try (ImageFile image = ImageFile.elfCore(path, ImageFile.Addressing.VIRTUAL)) {
                assertArrayEquals(new byte[] {1}, read(image, 0xc000_1000L, 1));
            }
        }
    }

    /** A core as {@code /proc/kcore}: mapped memory has no physical address. */
    @Test
    void aCoreWithoutPhysicalAddressesIsReadByVirtualOnes() throws IOException {
        ByteBuffer core = ByteBuffer.allocate(0x100).order(ByteOrder.LITTLE_ENDIAN);
        core.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        core.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
        core.putInt(64, 1).putLong(72, 0x80).putLong(80, 0xffff_8000_0000_0000L).putLong(88, -1);
        core.putLong(96, 8).putLong(104, 8);
        core.putLong(0x80, 0x0102_0304_0506_0708L);
        try (ImageFile image = ImageFile.open(file(core.array()))) {
            assertEquals(ImageFile.Addressing.VIRTUAL, image.addressing());
            assertArrayEquals(new byte[] {8, 7}, read(image, 0xffff_8000_0000_0000L, 2));
        }
    }

    private static byte[] lime(ByteOrder order) {
        ByteBuffer lime = ByteBuffer.allocate(64 + 6).order(order);
        lime.putInt(0x4c69_4d45).putInt(1).putLong(0x1000).putLong(0x1003).putLong(0);
        lime.put(new byte[] {1, 2, 3, 4});
        lime.putInt(0x4c69_4d45).putInt(1).putLong(0x9000).putLong(0x9001).putLong(0);
        return lime.put(new byte[] {5, 6}).array();
    }

    @Test
    void limeHasAHeaderInFrontOfEachRange() throws IOException {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            try (ImageFile image = ImageFile.open(file(lime(order)))) {
                assertArrayEquals(new byte[] {4}, read(image, 0x1003, 1));
                assertArrayEquals(new byte[] {5, 6}, read(image, 0x9000, 2));
                assertEquals(6, image.sizeBytes());
                assertThrows(MemoryException.class, () -> read(image, 0x1003, 2));
            }
        }
    }

    @Test
    void whatAFileThatWasCutOffLacksIsNoMemory() throws IOException {
        byte[] lime = lime(ByteOrder.LITTLE_ENDIAN);
        try (ImageFile image = ImageFile.open(file(Arrays.copyOf(lime, lime.length - 1)))) {
            assertArrayEquals(new byte[] {5}, read(image, 0x9000, 1));
            assertThrows(MemoryException.class, () -> read(image, 0x9001, 1));
        }
        byte[] core = narrow(ByteOrder.LITTLE_ENDIAN);
        try (ImageFile image = ImageFile.open(file(Arrays.copyOf(core, 0x79)))) {
            assertThrows(MemoryException.class, () -> read(image, 0x8001, 1));
        }
    }

    @Test
    void malformedHeadersAreRefusedWithTheirPlace() throws IOException {
        byte[] lime = lime(ByteOrder.LITTLE_ENDIAN);
        lime[36] = 0; // the second header's magic
        Path path = file(lime);
        FormatException refused = assertThrows(FormatException.class, () -> ImageFile.open(path));
        assertEquals(36, refused.fileOffset().orElseThrow());
        assertTrue(refused.getMessage().contains("no LiME header behind 1 segments"), refused.getMessage());
    }

    @Test
    void anyBytesGiveAnImageOrARefusal() throws IOException {
        Random random = new Random(12);
        int opened = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = i % 2 == 0 ? narrow(ByteOrder.BIG_ENDIAN) : lime(ByteOrder.LITTLE_ENDIAN);
            for (int change = 0; change < 4; change++) {
                bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt();
            }
            try (ImageFile image = ImageFile.open(file(bytes))) {
                opened++;
                assertTrue(image.ranges().size() < 10, image.toString());
            } catch (FormatException refused) {
                assertTrue(refused.getMessage().contains("image"), refused.getMessage());
            }
        }
        assertTrue(opened > 100, "opened " + opened);
    }

    @Test
    void theTextTellsWhatItIs() throws IOException {
        try (ImageFile image = ImageFile.open(file("none".getBytes(StandardCharsets.US_ASCII)))) {
            assertTrue(image.toString().endsWith("image: flat, PHYSICAL, [[0x0, 0x4)]"), image.toString());
        }
    }
}
