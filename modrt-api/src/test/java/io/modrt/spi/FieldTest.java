package io.modrt.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words are written out, or are those that GNU as makes of the instruction beside them. */
class FieldTest {
    /** The target of {@code c.j}, a 16-bit jump: offset bits 11, 4, 9 to 8, 10, 6, 7, 3 to 1 and 5, from bit 12 to bit 2. */
    private static final Field SHORT_JUMP = Field.scatteredInHalf(
                    "cj",
                    0x1ffc,
                    11,
                    v -> bit(v, 10) << 12
                            | bit(v, 3) << 11
                            | bit(v, 8) << 10
                            | bit(v, 7) << 9
                            | bit(v, 9) << 8
                            | bit(v, 5) << 7
                            | bit(v, 6) << 6
                            | (v & 7) << 3
                            | bit(v, 4) << 2)
            .from(1);
    /** Four bits: the sign at the word's end, the others in front of it, of which two have the sign added. */
    private static final Field SIGN_ADDED = Field.scattered(
            "sign added",
            0x1e,
            4,
            v -> bit(v, 3) << 1 | (bit(v, 2) ^ bit(v, 3)) << 4 | (bit(v, 1) ^ bit(v, 3)) << 3 | bit(v, 0) << 2);

    private static final Field SIGN_INVERTS =
            Field.scattered("sign inverts", 0xf_fff8, 17, v -> (v & 0x1_0000 | (v ^ -(v >>> 16)) & 0xffff) << 3);
    /** {@code auipc} and {@code jalr}: 20 bits at the top of the first word, 12 at the top of the second. */
    private static final Field LONG_CALL =
            Field.pair("call", Field.run("u", 20, 12).from(12), Field.run("i", 12, 20));

    private static int bit(int v, int number) {
        return v >>> number & 1;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @ParameterizedTest(name = "{0} bytes, big endian {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # bytes | big   | value            | before             | after
            1       | true  | -2               | 111213             | 11fe13
            1       | false | 0x1234           | 111213             | 113413
            2       | true  | 0x1234           | 11ffff14           | 11123414
            2       | false | 0x1234           | 11ffff14           | 11341214
            2       | false | -0x8000          | 11000014           | 11008014
            4       | true  | 0x123456789      | 110000000016       | 112345678916
            4       | false | 0x123456789      | 110000000016       | 118967452316
            8       | true  | 0x123456789abcde | 11ffffffffffffffff | 1100123456789abcde
            8       | false | 0x123456789abcde | 11ffffffffffffffff | 11debc9a7856341200
            """)
    void dataIsStoredInItsOrderAtAnyAlignmentAndTouchesNoNeighbour(
            int size, boolean big, String value, String before, String after) {
        Field field = Field.data("data", size);
        byte[] array = bytes(before);
        field.store(array, 1, big, Long.decode(value));
        assertArrayEquals(bytes(after), array, HexFormat.of().formatHex(array));
    }

    @ParameterizedTest(name = "{0} at {1} is {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # bytes | big   | array              | value
            1       | true  | 117f               | 127
            1       | true  | 1180               | -128
            2       | false | 11fe7f             | 32766
            2       | true  | 11fffe             | -2
            4       | true  | 1180000000         | -2147483648
            4       | false | 1101000080         | -2147483647
            8       | true  | 118000000000000000 | -9223372036854775808
            8       | false | 110200000000000000 | 2
            """)
    void dataIsReadBackSignExtended(int size, boolean big, String array, long value) {
        assertEquals(value, Field.data("data", size).load(bytes(array), 1, big));
    }

    @ParameterizedTest(name = "{0} bytes")
    @CsvSource({
        "1, -0x80, 0x7f, 0xff, 0xff",
        "2, -0x8000, 0x7fff, 0xffff, 0xffff",
        "4, -0x80000000, 0x7fffffff, 0xffffffff, -1",
        "8, -0x8000000000000000, 0x7fffffffffffffff, -1, -1"
    })
    void dataHoldsWhatItsBytesHold(int size, String least, String greatest, String unsigned, String mask) {
        Field field = Field.data("data", size);
        assertEquals(size, field.bytes());
        assertEquals(8 * size, field.bits());
        assertEquals(Long.decode(least), field.leastSigned());
        assertEquals(Long.decode(greatest), field.greatestSigned());
        assertEquals(Long.decode(unsigned), field.greatestUnsigned());
        assertEquals((int) (long) Long.decode(mask), field.mask());
        assertFalse(field.isCode());
        assertNull(field.second());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 6, 7, 9, 16, -1, Integer.MIN_VALUE})
    void noNumberHasOtherSizes(int size) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> Field.data("odd", size));
        assertEquals("odd: no number has " + size + " bytes", refused.getMessage());
    }

    @Test
    void someBitsOfAWordMayBeData() {
        Field field = Field.low("prel31", 31).ofData();
        assertFalse(field.isCode());
        assertEquals(-0x4000_0000L, field.leastSigned());
        assertEquals(0x3fff_ffffL, field.greatestSigned());
        assertEquals(0x8000_1234, field.insert(0x8000_0000, 0x1234));
        assertEquals(0x7fff_fffc, field.insert(0, -4));
        assertEquals(-4, field.extract(0xffff_fffc));
        byte[] place = {(byte) 0x80, 0, 0, 0};
        field.store(place, 0, true, 0x1234);
        assertArrayEquals(new byte[] {(byte) 0x80, 0, 0x12, 0x34}, place);
    }

    @Test
    void dataKeepsAllElseOfAField() {
        Field field = SHORT_JUMP.from(2).ofData();
        assertFalse(field.isCode());
        assertEquals(SHORT_JUMP.bytes(), field.bytes());
        assertEquals(SHORT_JUMP.mask(), field.mask());
        assertEquals(2, field.lowestBit());
        Field pair = LONG_CALL.ofData();
        assertFalse(pair.isCode());
        assertFalse(Objects.requireNonNull(pair.second()).isCode());
        assertEquals(LONG_CALL.bits(), pair.bits());
    }

    @ParameterizedTest(name = "{0} bits from bit {1}: {2}")
    @CsvSource({
        "12, 10, 0xabc,      0x00000000, 0x002af000",
        "12, 10, 0xabc,      0xffffffff, 0xffeaf3ff",
        "12, 10, -1,         0x91000210, 0x913ffe10",
        "12, 10, 0x1000,     0x91000210, 0x91000210",
        "1,  31, 1,          0x00000000, 0x80000000",
        "1,  31, 2,          0x80000000, 0x00000000",
        "32, 0,  0x89abcdef, 0x12345678, 0x89abcdef",
        "20, 12, 0x12345,    0x00000097, 0x12345097",
        "5,  3,  -0x10,      0x00000000, 0x00000080"
    })
    void aRunIsShiftedToItsLowestBit(int bits, int lowest, String value, String before, String after) {
        Field field = Field.run("run", bits, lowest);
        assertEquals(
                (int) (long) Long.decode(after), field.insert((int) (long) Long.decode(before), Long.decode(value)));
        assertTrue(field.isCode());
        assertEquals(4, field.bytes());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "33, 0", "32, 1", "1, 32", "1, -1", "20, 13"})
    void aRunFitsAWord(int bits, int lowest) {
        assertThrows(IllegalArgumentException.class, () -> Field.run("run", bits, lowest));
    }

    static Stream<Field> fieldsOfOneWord() {
        return Stream.of(
                Field.low("low 16", 16),
                Field.run("run of 9", 9, 12),
                Field.run("top", 12, 20).from(2),
                Field.run("one", 1, 5),
                SHORT_JUMP,
                SIGN_ADDED,
                SIGN_ADDED.flipping(0x1e),
                SHORT_JUMP.flipping(0x1004),
                SIGN_INVERTS,
                Field.run("flipped", 11, 3).flipping(0x1248));
    }

    @ParameterizedTest
    @MethodSource("fieldsOfOneWord")
    void everyValueComesBackAndNoOtherBitChanges(Field field) {
        int reached = 0;
        int unreached = -1;
        for (int v = -1 << field.bits() - 1; v < 1 << field.bits() - 1; v++) {
            long value = (long) v << field.lowestBit();
            int word = field.insert(0, value);
            reached |= word;
            unreached &= word;
            assertEquals(value, field.extract(word));
            assertEquals(value, field.extract(~field.mask() | word));
            assertEquals(~field.mask() | word, field.insert(-1, value));
            assertEquals(word, field.insert(word ^ 0x1234 & field.mask(), value), "what the field held is gone");
        }
        assertEquals(field.mask(), reached);
        assertEquals(0, unreached);
    }

    /** GNU as, RISC-V with compressed instructions: {@code j} to the offset. */
    @ParameterizedTest(name = "c.j .{0}")
    @CsvSource({
        "2, a009",
        "4, a011",
        "8, a021",
        "16, a801",
        "32, a005",
        "64, a081",
        "128, a041",
        "256, a201",
        "512, a401",
        "1024, a101",
        "-2, bffd",
        "-2048, b001",
        "2046, affd"
    })
    void aHalfIsScatteredAsTheAssemblerDoes(long offset, String code) {
        byte[] little = {0x33, 0x01, (byte) 0xa0, 0x44};
        SHORT_JUMP.store(little, 1, false, offset);
        assertEquals(
                "33" + code.substring(2) + code.substring(0, 2) + "44",
                HexFormat.of().formatHex(little));
        assertEquals(offset, SHORT_JUMP.load(little, 1, false));

        byte[] big = {0x33, (byte) 0xbf, (byte) 0xfd, 0x44};
        SHORT_JUMP.store(big, 1, true, offset);
        assertEquals("33" + code + "44", HexFormat.of().formatHex(big));
        assertEquals(offset, SHORT_JUMP.load(big, 1, true));
    }

    @Test
    void aHalfReachesWhatItsBitsHold() {
        assertEquals(2, SHORT_JUMP.bytes());
        assertTrue(SHORT_JUMP.isCode());
        assertEquals(-2048, SHORT_JUMP.leastSigned());
        assertEquals(2046, SHORT_JUMP.greatestSigned());
        assertEquals(4094, SHORT_JUMP.greatestUnsigned());
        assertEquals("cj from bit 1", SHORT_JUMP.toString());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 4", "2, 8", "4, 10", "7, 1c", "-8, 1a", "-2, 2", "-1, 6"})
    void twoValueBitsMayMeetInOneWordBit(int value, String word) {
        assertEquals(Integer.parseInt(word, 16), SIGN_ADDED.insert(0, value));
    }

    /** The sign and the bits that it inverts come from different tables. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 8", "65535, 7fff8", "-1, 80000", "-2, 80008", "-65536, ffff8"})
    void bitsFarApartMayMeetInOneWordBit(int value, String word) {
        assertEquals(Integer.parseInt(word, 16), SIGN_INVERTS.insert(0, value));
    }

    @ParameterizedTest(name = "mask {0}, {1} bits")
    @CsvSource({"0x1ffc, 10", "0x1ffc, 12", "0x11ffc, 12", "0x0, 0"})
    void aHalfsMaskHasItsBitsAndNoMore(String mask, int bits) {
        assertThrows(
                IllegalArgumentException.class,
                () -> Field.scatteredInHalf("half", Integer.decode(mask), bits, v -> v << 2));
    }

    @Test
    void aScatterReachesItsMaskAndIsLinear() {
        assertThrows(IllegalArgumentException.class, () -> Field.scattered("narrow", 0xff, 8, v -> v & 0x7f));
        assertThrows(IllegalArgumentException.class, () -> Field.scattered("wide", 0xff, 8, v -> v | v << 8));
        assertThrows(IllegalArgumentException.class, () -> Field.scattered("affine", 0xff, 8, v -> v ^ 1));
        assertThrows(IllegalArgumentException.class, () -> Field.scattered("long", 0x7f_ffff, 23, v -> v));
    }

    @ParameterizedTest(name = "{0}, flipped {1}")
    @CsvSource({
        "0, 3, 0x30",
        "1, 3, 0x20",
        "2, 3, 0x10",
        "3, 3, 0x00",
        "4, 3, 0x70",
        "-1, 3, 0xc0",
        "-8, 3, 0xb0",
        "5, 0, 0x50",
        "5, 15, 0xa0"
    })
    void flippedBitsAreStoredInverted(int value, int flipped, String word) {
        Field field = Field.run("run", 4, 4).flipping(flipped << 4);
        assertEquals(Integer.decode(word), field.insert(0, value));
        assertEquals(Integer.decode(word) | 0xffff_ff0f, field.insert(-1, value));
        assertEquals(value, field.extract(Integer.decode(word) | 0xf));
    }

    @Test
    void onlyTheFieldsOwnBitsCanBeFlipped() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Field.run("run", 4, 4).flipping(0x180));
        assertEquals("run: 0x180 has bits outside the field's mask", refused.getMessage());
    }

    @Test
    void aFieldOfMoreBitsThanTheTablesHoldIsNotFlipped() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Field.run("run", 23, 4).flipping(0x10));
        assertEquals("run: of 23 bits none can be inverted, at most 22", refused.getMessage());
    }

    /** GNU as, RISC-V: {@code auipc ra,U; jalr I(ra)}. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "0x12345678,  12345097, 678080e7",
        "-1,          fffff097, fff080e7",
        "0,           00000097, 000080e7",
        "0x7fffffff,  7ffff097, fff080e7",
        "-0x80000000, 80000097, 000080e7",
        "0x100000fff, 00000097, fff080e7"
    })
    void aPairHasTheUpperBitsInItsFirstWord(String text, String first, String second) {
        long value = Long.decode(text);
        byte[] code = bytes("aa" + "ffffffffffffffff" + "bb");
        byte[] auipc = bytes("aa" + "abcde097" + "123080e7" + "bb");
        LONG_CALL.store(auipc, 1, true, value);
        assertEquals("aa" + first + second + "bb", HexFormat.of().formatHex(auipc));
        assertEquals((long) (int) value, LONG_CALL.load(auipc, 1, true));
        LONG_CALL.store(code, 1, false, value);
        assertEquals((long) (int) value, LONG_CALL.load(code, 1, false));
        assertEquals(Integer.parseUnsignedInt(first, 16), LONG_CALL.insert(0x97, value), "the first word alone");
    }

    @Test
    void aPairReachesWhatBothWordsHold() {
        assertEquals(8, LONG_CALL.bytes());
        assertEquals(32, LONG_CALL.bits());
        assertEquals(0, LONG_CALL.lowestBit());
        assertEquals(0xffff_f000, LONG_CALL.mask());
        assertEquals(-0x8000_0000L, LONG_CALL.leastSigned());
        assertEquals(0x7fff_ffffL, LONG_CALL.greatestSigned());
        assertEquals(0xffff_ffffL, LONG_CALL.greatestUnsigned());
        assertTrue(LONG_CALL.isCode());
        assertEquals("call", LONG_CALL.toString());
    }

    @Test
    void aPairMayFlipBitsOfEachWord() {
        Field pair = Field.pair(
                "flipped",
                Field.run("upper", 4, 0).from(6).flipping(0b1000),
                Field.run("lower", 4, 28).from(2).flipping(0x1000_0000));
        byte[] code = new byte[8];
        // 0b01_0110_01 with two bits below: upper 0101, lower 1001; flipped: 1101, 1000
        pair.store(code, 0, true, 0b0101_1001_00);
        assertEquals("0000000d80000000", HexFormat.of().formatHex(code));
        for (long value = -128; value < 128; value++) {
            pair.store(code, 0, true, value << 2);
            assertEquals(value << 2, pair.load(code, 0, true));
            assertEquals(0, code[0] | code[1] | code[2] | code[3] & 0xf0 | code[4] & 0xf | code[5] | code[6] | code[7]);
        }
        assertEquals(2, pair.lowestBit());
        assertEquals(8, pair.bits());
    }

    @Test
    void aPairMovesAsAWhole() {
        Field words = LONG_CALL.from(2);
        byte[] code = bytes("0000009700000067");
        words.store(code, 0, true, 4L * 0x12345678);
        assertEquals("1234509767800067", HexFormat.of().formatHex(code));
        assertEquals(4L * 0x12345678, words.load(code, 0, true));
        assertEquals(2, words.lowestBit());
        assertEquals(-0x2_0000_0000L, words.leastSigned());
    }

    @Test
    void onlyWordsWhoseBitsFollowEachOtherArePairs() {
        Field upper = Field.run("upper", 20, 12).from(12);
        assertThrows(IllegalArgumentException.class, () -> Field.pair("gap", upper, Field.run("lower", 11, 20)));
        assertThrows(IllegalArgumentException.class, () -> Field.pair("overlap", upper, Field.run("lower", 13, 0)));
        assertThrows(IllegalArgumentException.class, () -> Field.pair("half", upper, SHORT_JUMP));
        assertThrows(IllegalArgumentException.class, () -> Field.pair("data", Field.WORD64, Field.low("low", 4)));
    }

    @ParameterizedTest(name = "{0} bits from bit {1}")
    @CsvSource({
        "26, 2,  -0x8000000,          0x7fffffc,          0xffffffc",
        "16, 0,  -0x8000,             0x7fff,             0xffff",
        "16, 32, -0x800000000000,     0x7fff00000000,     0xffff00000000",
        "16, 48, -0x8000000000000000, 0x7fffffffffffffff, -0x1000000000000",
        "1,  4,  -0x10,               0,                  0x10"
    })
    void theRangeFollowsFromTheBits(int bits, int from, String least, String greatest, String unsigned) {
        Field field = Field.low("field", bits).from(from);
        assertEquals(Long.decode(least), field.leastSigned());
        assertEquals(Long.decode(greatest), field.greatestSigned());
        assertEquals(Long.decode(unsigned), field.greatestUnsigned());
    }

    @Test
    void aWordInAnArrayIsTheWordInAnInt() {
        Random random = new Random(20260215);
        for (Field field : List.of(
                Field.run("run", 12, 10),
                SIGN_ADDED.flipping(2),
                Field.low("low", 26).from(2))) {
            for (int i = 0; i < 10_000; i++) {
                int word = random.nextInt();
                long value = random.nextLong();
                byte[] array = {0, 0, 0, (byte) (word >> 24), (byte) (word >> 16), (byte) (word >> 8), (byte) word, 0};
                field.store(array, 3, true, value);
                int stored = field.insert(word, value);
                byte[] expected = {
                    0, 0, 0, (byte) (stored >> 24), (byte) (stored >> 16), (byte) (stored >> 8), (byte) stored, 0
                };
                assertTrue(Arrays.equals(expected, array), () -> field + " of " + value);
            }
        }
    }
}
