package io.modrt.engine.layout;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.BY_TYPE;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfClass;
import io.modrt.error.FormatException;
import io.modrt.layout.RegionKind;
import io.modrt.spi.SectionImage;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ImageBytesTest {
    private static final long BASE = 0xc0000000L;

    private static SmallModule three(ElfClass elfClass, boolean bigEndian) {
        SmallModule module = new SmallModule(elfClass, bigEndian);
        module.section(".text", AX, 4, module.ints(0x01020304, 0x05060708, 0x090a0b0c)); // 1
        module.section(".rodata", A, 8, new byte[] {1, 2, 3}); // 2: 10..13
        module.section(".text", AX, 4, 0); // 3: c
        module.bss(".bss", 4, 6); // 4: 14..1a
        return module;
    }

    @Test
    void aRegionHoldsItsSectionsAndZeros() {
        ImageBytes image = three(ElfClass.ELF32, true).image(PACKED, BASE);
        assertArrayEquals(
                HexFormat.of().parseHex("0102030405060708090a0b0c00000000" + "01020300000000000000"),
                image.bytes(RegionKind.CORE));
        assertEquals(0, image.bytes(RegionKind.TEXT).length);
        assertEquals(0x10, image.arrayOffset(2));
        assertEquals(BASE + 0x10, image.address(2));
    }

    @Test
    void wordsAreReadAndWrittenByAddress() {
        ImageBytes image = three(ElfClass.ELF32, false).image(PACKED, BASE);
        assertEquals(0x05060708, image.wordAt(BASE + 4));
        image.putWordAt(BASE + 4, 0xfffefdfc);
        assertEquals((byte) 0xfc, image.array(1)[image.arrayOffset(1) + 4]);
        assertEquals(0xfffefdfcL, image.pointerAt(BASE + 4));
        // 0x1a bytes: the last whole word is at 0x16
        assertTrue(image.holds(BASE + 0x16, 4));
        assertFalse(image.holds(BASE + 0x17, 4));
        assertFalse(image.holds(BASE - 1, 4));
        assertFalse(image.holds(BASE - 4, 4));
        assertFalse(image.holds(0, 4));
        FormatException e = assertThrows(FormatException.class, () -> image.wordAt(BASE + 0x17));
        assertEquals(
                "small.o: the module has no 4 bytes at 0xc0000017; it has CORE [0xc0000000, 0xc000001a)",
                e.getMessage());
        assertThrows(FormatException.class, () -> image.putWordAt(-4, 0));
        assertThrows(FormatException.class, () -> image.putPointerAt(BASE + 0x17, 0));
    }

    @Test
    void eachRegionHasItsOwnBytes() {
        ImageBytes image = three(ElfClass.ELF64, true).image(BY_TYPE, BASE);
        // regions in the kernel's order, 0x10000 apart: text, data, rodata
        assertEquals(0x0102030405060708L, image.pointerAt(BASE));
        assertEquals(0x01020300, image.wordAt(BASE + 0x20000));
        image.putPointerAt(BASE + 0x10000, -2);
        assertEquals(-2, image.pointerAt(BASE + 0x10000));
        assertEquals(-1, image.wordAt(BASE + 0x10000));
        assertFalse(image.holds(BASE + 0x1000, 4));
    }

    @Test
    void sectionsAreFoundByNameInFileOrder() {
        ImageBytes image = three(ElfClass.ELF32, true).image(PACKED, BASE);
        assertEquals(1, image.section(".text").orElseThrow().section().index());
        assertEquals(2, image.sections(".text").size());
        assertTrue(image.section(".tex").isEmpty());
        assertTrue(image.section(".shstrtab").isEmpty());
    }

    @Test
    void aSectionViewStaysInItsSection() {
        ImageBytes image = three(ElfClass.ELF64, true).image(PACKED, BASE);
        SectionImage text = image.section(".text").orElseThrow();
        assertEquals(0x05060708090a0b0cL, text.pointer(4));
        text.putWord(8, 7);
        assertEquals(7, image.wordAt(BASE + 8));
        text.putPointer(0, 0x1122334455667788L);
        assertEquals(0x55667788, text.word(4));
        for (long offset : new long[] {-1, 9, 12, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(FormatException.class, () -> text.word(offset));
        }
        assertThrows(FormatException.class, () -> text.pointer(5));
        assertThrows(FormatException.class, () -> text.putPointer(5, 0));
        SectionImage empty = image.sections(".text").get(1);
        assertThrows(FormatException.class, () -> empty.word(0));
    }

    @Test
    void writableDataIsNotSharedWithTheFile() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".data", WA, 4, module.ints(1));
        ImageBytes one = module.image(PACKED, BASE);
        one.putWordAt(BASE, 2);
        assertEquals(
                1,
                one.layout().file().elf().array()[(int) one.layout().section(1).fileOffset() + 3]);
        assertEquals(1, module.image(PACKED, BASE).wordAt(BASE));
    }

    @Test
    void instructionsMayHaveAnotherOrderThanData() {
        ImageBytes image = three(ElfClass.ELF32, false).image(PACKED, BASE, ByteOrder.BIG_ENDIAN);
        // the file's bytes 04030201, 08070605
        assertEquals(0x05060708, image.wordAt(BASE + 4));
        assertEquals(0x08070605, image.codeAt(BASE + 4));
        image.putCodeAt(BASE + 4, 0x11223344);
        assertEquals(0x44332211, image.wordAt(BASE + 4));
        // at any alignment: 0x11 is byte 4, 0x01 is byte 3
        assertEquals(0x01112233, image.codeAt(BASE + 3));
        assertEquals(0x22, image.byteAt(BASE + 5));
        image.putByteAt(BASE + 5, (byte) -1);
        assertEquals(0x11ff3344, image.codeAt(BASE + 4));
        image.putBytesAt(BASE + 0x18, new byte[] {1, 2});
        assertEquals(0x0102, image.codeAt(BASE + 0x16));
        assertThrows(FormatException.class, () -> image.codeAt(BASE + 0x17));
        assertThrows(FormatException.class, () -> image.putCodeAt(BASE + 0x17, 0));
        assertThrows(FormatException.class, () -> image.byteAt(BASE + 0x1a));
        assertThrows(FormatException.class, () -> image.putByteAt(BASE - 1, (byte) 0));
        assertThrows(FormatException.class, () -> image.putBytesAt(BASE + 0x19, new byte[] {1, 2}));
    }
}
