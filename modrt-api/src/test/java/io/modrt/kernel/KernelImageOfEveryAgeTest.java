package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of kernels before 5.4, whose export records are pairs of value and name. */
class KernelImageOfEveryAgeTest {

    /** Writes {@code words} as pointers of {@code wordBytes} bytes. */
    private static void put(ByteBuffer image, int wordBytes, long... words) {
        for (long word : words) {
            if (wordBytes == Integer.BYTES) {
                image.putInt((int) word);
            } else {
                image.putLong(word);
            }
        }
    }

    private static ByteBuffer over(byte[] bytes, boolean bigEndian) {
        return ByteBuffer.wrap(bytes).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static void text(ByteBuffer image, String text) {
        image.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Map<String, ExportKind> kinds(SymbolMap symbols) {
        Map<String, ExportKind> kinds = new TreeMap<>();
        symbols.symbols().stream()
                .filter(symbol -> symbol.kind().isExported())
                .forEach(symbol -> kinds.put(symbol.name(), symbol.kind()));
        return kinds;
    }

    /** Kernels of 64 bits on some machines lie at addresses that are sign-extended from 32 bits; files may have only 8 digits of them. */
    @ParameterizedTest(name = "{0}-byte words, image at {1}, values from {2}: exported {3}")
    @CsvSource(textBlock = """
    4, 80100000,         80100000,         80100100
    4, ffffffff80100000, 80100000,         80100100
    4, 80100000,         ffffffff80100000, 80100100
    4, ffffffff80100000, ffffffff80100000, 80100100
    8, ffffffff80100000, ffffffff80100000, ffffffff80100100
    8, 80100000,         80100000,         ffffffff80100100
    8, ffffffff80100000, 80100000,         ffffffff80100100
    8, 80100000,         ffffffff80100000, ffffffff80100100
    """)
    void addressesMayHaveEightOrSixteenDigits(int wordBytes, String base, String values, String exported) {
        byte[] bytes = new byte[64];
        ByteBuffer image = over(bytes, true);
        long text = 0xffff_ffff_8010_0000L + 4L * wordBytes;
        put(image, wordBytes, 0xffff_ffff_8010_0100L, text, 0xffff_ffff_8010_0200L, text + 2);
        text(image, "f\0g\0");
        Address from = Address.parse(values);

        SymbolMap symbols = KernelSymbols.memoryImage(
                bytes, Address.parse(base), wordBytes, true, Map.of("f", from.plus(0x100), "static", from.plus(0x300)));

        Address f = Address.parse(exported);
        assertEquals(Map.of("f", f, "g", f.plus(0x100), "static", f.plus(0x200)), symbols.values());
        assertEquals(
                ExportKind.NOT_EXPORTED, symbols.find("static").orElseThrow().kind());
        assertEquals(Map.of("f", ExportKind.EXPORTED, "g", ExportKind.EXPORTED), kinds(symbols));
    }

    /** Kernels until 4.9 have a CRC in each word, which one of 64 bits may have sign-extended. */
    @ParameterizedTest(name = "at {0}, big endian {1}")
    @CsvSource({"ffffffff80100000, false", "40100000, true"})
    void crcsMayBeWordsOf64Bits(String base, boolean bigEndian) {
        byte[] bytes = new byte[64];
        ByteBuffer image = over(bytes, bigEndian);
        Address at = Address.parse(base);
        long text = at.value() + 6 * 8;
        put(image, 8, at.value() + 0x2000, text, at.value() + 0x1000, text + 2);
        put(image, 8, 0x1111_1111, 0xffff_ffff_c0de_0001L);
        text(image, "f\0g\0");

        SymbolMap symbols = KernelSymbols.memoryImage(bytes, at, 8, bigEndian, Map.of("f", at.plus(0x2000)));

        assertEquals(
                OptionalInt.of(0x1111_1111), symbols.find("f").orElseThrow().crc());
        assertEquals(
                OptionalInt.of(0xc0de_0001), symbols.find("g").orElseThrow().crc());
    }

    /** Before 3.0 tables are in the order of linking, so only the symbols around them tell where one ends. */
    @ParameterizedTest(name = "{0}-byte words at {1}")
    @CsvSource({"4, 80100000", "8, 40100000"})
    void theBoundsOfTablesTellTheKindsOfUnsortedExports(int wordBytes, String at) {
        Address base = Address.parse(at);
        int recordBytes = 2 * wordBytes;
        byte[] bytes = new byte[6 * recordBytes + 12];
        ByteBuffer image = over(bytes, true);
        long names = base.value() + 6L * recordBytes;
        for (int i = 0; i < 6; i++) {
            put(image, wordBytes, base.value() + 0x100L * (i + 1), names + 2L * i);
        }
        text(image, "z\0a\0m\0b\0y\0c\0");
        Map<String, Address> known = new HashMap<>();
        String[] suffixes = {"", "_gpl", "_unused", "_unused_gpl", "_gpl_future"};
        int[] starts = {0, 2, 3, 4, 5, 6};
        for (int i = 0; i < suffixes.length; i++) {
            known.put("__start___ksymtab" + suffixes[i], base.plus((long) recordBytes * starts[i]));
            known.put("__stop___ksymtab" + suffixes[i], base.plus((long) recordBytes * starts[i + 1]));
        }

        SymbolMap symbols = KernelSymbols.memoryImage(bytes, base, wordBytes, true, known);

        assertEquals(
                Map.of(
                        "z", ExportKind.PLAIN,
                        "a", ExportKind.PLAIN,
                        "m", ExportKind.GPL,
                        "b", ExportKind.UNUSED,
                        "y", ExportKind.UNUSED_GPL,
                        "c", ExportKind.GPL_FUTURE),
                kinds(symbols));
        assertEquals(base.plus(0x600), symbols.find("c").orElseThrow().value());
        assertEquals(List.of(), symbols.remarks());
    }

    /** In front of a kernel's tables lies other data, such as machine code at a pointer, which may read as a name. */
    @ParameterizedTest
    @ValueSource(strings = {"uP", "+uP"})
    void dataInFrontOfTheTablesIsNoRecord(String code) {
        Address base = Address.of(0x1010_0000L);
        byte[] bytes = new byte[48];
        ByteBuffer image = over(bytes, true);
        long text = base.value() + 3 * 8 + 2 * 4;
        put(image, 4, 0x8086_2641L, text + 4);
        put(image, 4, base.value() + 0x2000, text, base.value() + 0x1000, text + 2);
        image.putInt(0x1111_1111).putInt(0x2222_2222);
        text(image, "f\0g\0" + code + "\0");

        SymbolMap symbols = KernelSymbols.memoryImage(bytes, base, 4, true, Map.of("f", base.plus(0x2000)));

        assertEquals(Map.of("f", ExportKind.EXPORTED, "g", ExportKind.EXPORTED), kinds(symbols));
        assertEquals(
                OptionalInt.of(0x2222_2222), symbols.find("g").orElseThrow().crc());
    }

    @Test
    void ofATableThatTheImageDoesNotHaveNothingIsConcluded() {
        Address base = Address.of(0x8010_0000L);
        byte[] bytes = new byte[12];
        ByteBuffer image = over(bytes, false);
        put(image, 4, base.value() + 0x100, base.value() + 8);
        text(image, "f\0");
        Map<String, Address> known = Map.of(
                "__start___ksymtab", base,
                "__stop___ksymtab", base.plus(8),
                "__start___ksymtab_gpl", base.plus(0x1000),
                "__stop___ksymtab_gpl", base.plus(0x1008),
                "other", base.plus(0x200));

        SymbolMap symbols = KernelSymbols.memoryImage(bytes, base, 4, false, known);

        assertEquals(ExportKind.PLAIN, symbols.find("f").orElseThrow().kind());
        assertEquals(ExportKind.UNKNOWN, symbols.find("other").orElseThrow().kind());
        assertEquals(
                List.of(
                        "kernel image: __ksymtab_gpl at 0x80101000: its exports are not read: the kernel's bytes do not have it"),
                symbols.remarks());
    }

    @Test
    void aRecordFoundByChanceSaysNothingOfOtherSymbols() {
        // a known value and a pointer to its name, among other data; nothing else lies where the linker script puts it
        Address base = Address.of(0x8010_0000L);
        byte[] bytes = new byte[64];
        ByteBuffer image = over(bytes, false);
        put(image, 4, base.value() + 0x100, base.value() + 40, 7, 7);
        image.position(40);
        text(image, "f\0");

        SymbolMap symbols = KernelSymbols.memoryImage(
                bytes, base, 4, false, Map.of("f", base.plus(0x100), "other", base.plus(0x200)));

        assertEquals(ExportKind.EXPORTED, symbols.find("f").orElseThrow().kind());
        assertEquals(ExportKind.UNKNOWN, symbols.find("other").orElseThrow().kind());
    }

    @Test
    void symbolsOfRecordsTellWhatIsExportedWhereTheImageDoesNot() {
        Map<String, Address> known = Map.of(
                "f", Address.of(0x8010_0100L),
                "g", Address.of(0x8010_0200L),
                "__crc_f", Address.of(0x1234_5678L),
                "__ksymtab_f", Address.of(0x8030_0000L));

        SymbolMap symbols = KernelSymbols.memoryImage(new byte[64], Address.of(0x8010_0000L), 4, false, known);

        assertEquals(
                KernelSymbol.of("f", Address.of(0x8010_0100L))
                        .withCrc(0x1234_5678)
                        .exported(ExportKind.EXPORTED, ""),
                symbols.find("f").orElseThrow());
        assertEquals(ExportKind.NOT_EXPORTED, symbols.find("g").orElseThrow().kind());
        assertEquals(1, symbols.remarks().size());
    }

    /** With {@code MODULE_REL_CRCS}, a word is the distance from itself to the CRC. */
    @ParameterizedTest(name = "big endian {0}")
    @CsvSource({"false", "true"})
    void crcsMayBeDistancesToCrcs(boolean bigEndian) {
        Address base = Address.of(0xffff_8000_0801_0000L);
        byte[] bytes = new byte[128];
        ByteBuffer image = over(bytes, bigEndian);
        int[] at = {0, 8, 16, 24};
        int crcs = 4 * 8;
        int text = crcs + 4 * 4;
        int values = 80;
        for (int i = 0; i < at.length; i++) {
            image.putInt(0x100 * (i + 1) - at[i]); // value
            image.putInt(text + 2 * i - (at[i] + 4)); // name
        }
        for (int i = 0; i < at.length; i++) {
            image.putInt(values + 4 * i - (crcs + 4 * i));
        }
        text(image, "a\0b\0c\0d\0");
        image.position(values);
        image.putInt(0xaaaa_0001).putInt(0xaaaa_0002).putInt(0xaaaa_0003).putInt(0xaaaa_0004);

        SymbolMap symbols = KernelSymbols.memoryImage(bytes, base, 8, bigEndian, Map.of("b", base.plus(0x200)));

        assertEquals(
                OptionalInt.of(0xaaaa_0001), symbols.find("a").orElseThrow().crc());
        assertEquals(
                OptionalInt.of(0xaaaa_0004), symbols.find("d").orElseThrow().crc());
        assertEquals(base.plus(0x400), symbols.find("d").orElseThrow().value());
    }
}
