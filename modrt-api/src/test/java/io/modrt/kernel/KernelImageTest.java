package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images are laid out by hand: descriptors, two export tables, their CRCs, the text, each right behind the other. Records are three
 * pointers each, or three 32-bit distances from the field itself.
 */
class KernelImageTest {

    private static final int WORDS_BEFORE = 8;

    /** Not an address in the image: an absolute symbol, such as those that are relative to a CPU's own data. */
    private static final int GAMMA_VALUE = 0x12;

    /** Names from 0; {@code beta} begins the table of GPL-only exports, {@code NS} is {@code zeta}'s namespace. */
    private static final String TEXT = "alpha\0zeta\0NS\0beta\0gamma\0\0";

    private static final int ALPHA = 0;
    private static final int ZETA = 6;
    private static final int NS = 11;
    private static final int BETA = 14;
    private static final int GAMMA = 19;
    private static final int EMPTY = 25;

    private static Map<String, Address> exports(SymbolMap symbols) {
        Map<String, Address> exports = new TreeMap<>();
        symbols.symbols().stream()
                .filter(symbol -> symbol.kind().isExported())
                .forEach(symbol -> exports.put(symbol.name(), symbol.value()));
        return exports;
    }

    private static final Kernel KERNEL = new Kernel(Address.of(0x8010_0000L), 4, false, false);

    private record Kernel(Address base, int wordBytes, boolean bigEndian, boolean distances, int fields) {

        Kernel(Address base, int wordBytes, boolean bigEndian, boolean distances) {
            this(base, wordBytes, bigEndian, distances, 3);
        }

        int fieldBytes() {
            return distances ? 4 : wordBytes;
        }

        byte[] image(int crcs) {
            int textOffset = wordBytes * WORDS_BEFORE + fieldBytes() * 4 * fields + 4 * crcs;
            ByteBuffer image = ByteBuffer.allocate(textOffset + TEXT.length() + 5)
                    .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            // a function's descriptor: two words, the code's address, a pointer
            words(image, 0, 0, base.value() + 0x400, 0x7777);
            words(image, 1, 2, 3, 4);
            long text = base.value() + textOffset;
            record(image, base.value() + 0x100, text + ALPHA, 0);
            record(image, base.value() + 0x110, text + ZETA, text + NS);
            record(image, base.value(), text + BETA, text + EMPTY);
            record(image, GAMMA_VALUE, text + GAMMA, 0);
            for (int i = 0; i < crcs; i++) {
                image.putInt(0xc0de_0000 + i);
            }
            image.put(TEXT.getBytes(StandardCharsets.US_ASCII));
            return image.array();
        }

        void record(ByteBuffer image, long value, long name, long namespace) {
            fields(image, fields == 2 ? new long[] {value, name} : new long[] {value, name, namespace});
        }

        void fields(ByteBuffer image, long... addresses) {
            for (long address : addresses) {
                if (!distances) {
                    words(image, address);
                } else {
                    image.putInt(address == 0 ? 0 : (int) (address - (base.value() + image.position())));
                }
            }
        }

        void words(ByteBuffer image, long... words) {
            for (long word : words) {
                if (wordBytes == 4) {
                    image.putInt((int) word);
                } else {
                    image.putLong(word);
                }
            }
        }

        SymbolMap read(byte[] image, Map<String, Address> known) {
            return KernelSymbols.memoryImage(image, base, wordBytes, bigEndian, known);
        }

        Map<String, Address> known(String name, long offset) {
            return Map.of(name, base.plus(offset), "unrelated", base.plus(2));
        }
    }

    @ParameterizedTest(name = "{1}-byte words at {0}, big endian {2}, distances {3}, {4} fields, found by {5}")
    @CsvSource(textBlock = """
    80100000,         4, false, false, 3, alpha, 100
    80100000,         4, true,  false, 3, beta,  0
    10100000,         4, true,  false, 3, zeta,  110
    ffffffff80100000, 8, false, false, 3, alpha, 100
    40100000,         8, true,  false, 3, zeta,  110
    c0100000,         4, false, true,  3, alpha, 100
    ffffe000,         4, true,  true,  3, zeta,  110
    8100000,          8, false, true,  3, alpha, 100
    1000004,          8, true,  true,  3, beta,  0
    40100000,         8, true,  true,  3, zeta,  110
    80100000,         4, false, false, 2, alpha, 100
    80100000,         4, true,  false, 2, beta,  0
    10100000,         4, true,  false, 2, zeta,  110
    ffffffff80100000, 8, false, false, 2, alpha, 100
    40100000,         8, true,  false, 2, beta,  0
    c0100000,         4, false, true,  2, alpha, 100
    8100000,          8, false, true,  2, beta,  0
    40100000,         8, true,  true,  2, zeta,  110
    """)
    void theTableIsWalkedBothWaysFromOneKnownSymbol(
            String base, int wordBytes, boolean bigEndian, boolean distances, int fields, String name, String offset) {
        Kernel kernel = new Kernel(Address.parse(base), wordBytes, bigEndian, distances, fields);

        SymbolMap symbols = kernel.read(kernel.image(4), kernel.known(name, Long.parseLong(offset, 16)));

        Map<String, Address> expected = new TreeMap<>();
        expected.put("alpha", kernel.base().plus(0x100));
        expected.put("zeta", kernel.base().plus(0x110));
        expected.put("beta", kernel.base());
        expected.put("gamma", Address.of(GAMMA_VALUE));
        assertEquals(expected, exports(symbols));
        assertEquals(
                KernelSymbol.of("unrelated", kernel.base().plus(2)).exported(ExportKind.NOT_EXPORTED, ""),
                symbols.find("unrelated").orElseThrow());
        assertEquals(
                new KernelSymbol(
                        "zeta",
                        kernel.base().plus(0x110),
                        Optional.empty(),
                        OptionalInt.of(0xc0de_0001),
                        fields == 2 ? "" : "NS",
                        ExportKind.PLAIN,
                        ""),
                symbols.find("zeta").orElseThrow());
        KernelSymbol beta = symbols.find("beta").orElseThrow();
        assertTrue(beta.gplOnly());
        assertEquals("", beta.namespace());
        assertEquals(OptionalInt.of(0xc0de_0002), beta.crc());
        assertTrue(symbols.find("gamma").orElseThrow().gplOnly());
    }

    @Test
    void ofTablesWithKnownNamesTheLongestIsThatOfExports() {
        // in front of the image: a known address, its name, and nothing; then a word that is no record's
        byte[] exports = KERNEL.image(4);
        ByteBuffer image = ByteBuffer.allocate(16 + exports.length).order(ByteOrder.LITTLE_ENDIAN);
        Kernel earlier = new Kernel(KERNEL.base().plus(-16), 4, false, false);
        long alphaText = KERNEL.base().value() + 4 * (WORDS_BEFORE + 4 * 3) + 4 * 4 + ALPHA;
        KERNEL.words(image, KERNEL.base().value() + 0x100, alphaText, 0, 7);
        image.put(exports);

        SymbolMap symbols = earlier.read(image.array(), KERNEL.known("alpha", 0x100));

        assertEquals(Set.of("alpha", "beta", "gamma", "zeta"), exports(symbols).keySet());
    }

    @ParameterizedTest(name = "{0} words of CRC for 4 records")
    @ValueSource(ints = {0, 3, 5})
    void whatIsNotOneCrcARecordIsNone(int crcs) {
        SymbolMap symbols = KERNEL.read(KERNEL.image(crcs), KERNEL.known("alpha", 0x100));

        assertEquals(4, exports(symbols).size());
        assertTrue(symbols.symbols().stream().allMatch(symbol -> symbol.crc().isEmpty()));
    }

    @Test
    void namesThatAreNotInTwoOrdersTellNothingOfLicences() {
        byte[] image = KERNEL.image(4);
        // "gamma" becomes "aamma": alpha zeta | beta | aamma are three orders
        image[image.length - 5 - TEXT.length() + GAMMA] = 'a';

        SymbolMap symbols = KERNEL.read(image, KERNEL.known("alpha", 0x100));

        for (String name : new String[] {"alpha", "zeta", "beta", "aamma"}) {
            assertEquals(ExportKind.EXPORTED, symbols.find(name).orElseThrow().kind(), name);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 80100000", "8, 40100000"})
    void aFunctionWithADescriptorIsKnownByItsCode(int wordBytes, String base) {
        Kernel kernel = new Kernel(Address.parse(base), wordBytes, true, false);

        SymbolMap symbols = kernel.read(kernel.image(4), kernel.known("beta", 0x400));

        KernelSymbol beta = symbols.find("beta").orElseThrow();
        assertEquals(kernel.base(), beta.value(), "the descriptor");
        assertEquals(Optional.of(kernel.base().plus(0x400)), beta.code());
        assertEquals(Optional.empty(), symbols.find("alpha").orElseThrow().code());
    }

    /** Linkers merge strings: {@code read} has no string of its own, its name is the tail of {@code pread}. */
    @Test
    void aNameMayBeTheTailOfALongerString() {
        Kernel kernel = new Kernel(Address.of(0xffff_8000_0800_0000L), 8, false, true);
        ByteBuffer image = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        long text = kernel.base().value() + 2 * 12 + 2 * 4;
        kernel.fields(image, kernel.base().value() + 0x2000, text, text + 5);
        kernel.fields(image, kernel.base().value() + 0x1000, text + 1, text + 6);
        image.putInt(0x1111_1111).putInt(0x2222_2222).put("pread\0IO\0".getBytes(StandardCharsets.US_ASCII));

        SymbolMap symbols = kernel.read(image.array(), kernel.known("pread", 0x2000));

        KernelSymbol read = symbols.find("read").orElseThrow();
        assertEquals(kernel.base().plus(0x1000), read.value());
        assertEquals("IO", read.namespace());
        assertEquals(OptionalInt.of(0x2222_2222), read.crc());
        assertEquals("", symbols.find("pread").orElseThrow().namespace());
    }

    /** Distances read as pointers would be wild addresses, and pointers read as distances too: only the right shape has names. */
    @ParameterizedTest(name = "{0}-byte words, distances {1}, {2} fields")
    @CsvSource({
        "4, false, 3",
        "4, true, 3",
        "8, false, 3",
        "8, true, 3",
        "4, false, 2",
        "4, true, 2",
        "8, false, 2",
        "8, true, 2"
    })
    void noShapeIsTakenForTheOther(int wordBytes, boolean distances, int fields) {
        Kernel kernel = new Kernel(Address.of(0x4010_0000L), wordBytes, false, distances, fields);
        byte[] image = kernel.image(4);
        Map<String, Address> known = kernel.known("alpha", 0x100);
        int table = wordBytes * WORDS_BEFORE;

        assertEquals(
                Set.of("alpha", "beta", "gamma", "zeta"),
                exports(kernel.read(image, known)).keySet());
        // one byte further every distance is to another place, and pointers are not aligned
        byte[] moved = new byte[image.length];
        System.arraycopy(image, table, moved, table + 1, image.length - table - 1);
        assertEquals(Map.of(), exports(kernel.read(moved, known)));
    }

    @Test
    void aValueUnderAnotherNameIsNoRecord() {
        Map<String, Address> wrong =
                Map.of("alpha", KERNEL.base().plus(0x110), "zeta", KERNEL.base().plus(0x100));

        SymbolMap symbols = KERNEL.read(KERNEL.image(4), wrong);

        assertEquals(wrong, symbols.values(), "what was known is kept");
        assertTrue(symbols.symbols().stream().allMatch(symbol -> symbol.kind() == ExportKind.UNKNOWN));
        // 8 + 12 words of 4 bytes, 4 CRCs, 26 bytes of text and 5 behind it
        assertEquals(
                List.of(
                        "kernel image at 0x80100000, 0x7f bytes: no export record of any of 2 known symbols; give values of"
                                + " exported symbols as this kernel has them, and the base, word size and byte order of the image"),
                symbols.remarks());
    }

    @Test
    void anImageWithoutTableHasWhatIsKnownAndIsRefusedIfThatIsNothing() {
        for (int length : new int[] {0, 1, 11, 12, 13, 4096}) {
            Map<String, Address> known = Map.of("zero", Address.of(0));
            SymbolMap symbols = KERNEL.read(new byte[length], known);
            assertEquals(known, symbols.values());
            assertEquals(1, symbols.remarks().size());
            assertThrows(FormatException.class, () -> KERNEL.read(new byte[length], Map.of()));
        }
    }

    @Test
    void anImageCutAnywhereGivesItsRecordsOrNone() {
        byte[] whole = KERNEL.image(4);
        Set<String> all =
                exports(KERNEL.read(whole, KERNEL.known("alpha", 0x100))).keySet();
        for (int length = 0; length < whole.length; length++) {
            SymbolMap cut = KERNEL.read(Arrays.copyOf(whole, length), KERNEL.known("alpha", 0x100));
            assertTrue(all.containsAll(exports(cut).keySet()));
            assertEquals(exports(cut).isEmpty() ? 1 : 0, cut.remarks().size());
        }
    }

    @ParameterizedTest(name = "seed {0}, distances {1}")
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void hostileImagesGiveSymbols(long seed, boolean distances) {
        Random random = new Random(seed);
        Kernel kernel = new Kernel(KERNEL.base(), 4, false, distances);
        Map<String, Address> known = new HashMap<>(kernel.known("alpha", 0x100));
        known.put("beta", kernel.base().plus(0x400));
        int read = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] image = kernel.image(random.nextInt(6));
            for (int i = random.nextInt(6); i >= 0; i--) {
                image[random.nextInt(image.length)] = (byte) random.nextInt(256);
            }
            SymbolMap symbols = kernel.read(image, known);
            assertTrue(symbols.values().keySet().containsAll(known.keySet()));
            assertTrue(exports(symbols).size() <= image.length / 8);
            read += exports(symbols).isEmpty() ? 0 : 1;
        }
        assertTrue(read > 100, "many are still readable: " + read);
    }

    @Test
    void noKernelHasPointersOfAnotherSize() {
        assertThrows(
                IllegalArgumentException.class,
                () -> KernelSymbols.memoryImage(new byte[64], KERNEL.base(), 2, false, Map.of()));
    }
}
