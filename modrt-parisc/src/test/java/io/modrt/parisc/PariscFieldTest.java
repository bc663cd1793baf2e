package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.Field;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PariscFieldTest {

    static Stream<Field> fields() {
        return Stream.of(
                PariscField.IM5,
                PariscField.IM14,
                PariscField.IM16A,
                PariscField.IM21,
                PariscField.W12,
                PariscField.W17,
                PariscField.W22);
    }

    private static Field named(String name) {
        return fields().filter(field -> field.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("fields")
    void everyValueComesBackAndNoBitOutsideTheMaskChanges(Field field) {
        int reached = 0;
        for (int v = -1 << (field.bits() - 1); v < 1 << (field.bits() - 1); v++) {
            long value = (long) v << field.lowestBit();
            int word = field.insert(0, value);
            reached |= word;
            assertEquals(value, field.extract(word), () -> "value 0x" + Long.toHexString(value));
            assertEquals(~field.mask() | word, field.insert(-1, value), () -> "value 0x" + Long.toHexString(value));
            assertEquals(
                    word,
                    field.insert(0, value | Long.MIN_VALUE >> 20),
                    () -> "high bits of " + Long.toHexString(value));
        }
        assertEquals(field.mask(), reached);
    }

    /** Values and their bits, worked out by hand from the instruction formats: the sign is the lowest bit, the rest stands in runs. */
    @ParameterizedTest
    @CsvSource({
        // the branch of cmpb: bit 11 goes to bit 0, bit 10 to bit 2, bits 9:0 go to bits 12:3
        "w12,   1,          0x0008",
        "w12,   0x0400,     0x0004",
        "w12,   0x03ff,     0x1ff8",
        "w12,   -0x0800,    0x0001",
        "im14,  0x0001,     0x0002",
        "im14,  0x0155,     0x02aa",
        "im14,  -1,         0x3fff",
        "im14,  -0x1000,    0x2001",
        "im14,  0x17fe,     0x2ffc",
        "im16a, 0x0010,     0x0020",
        "im16a, 0x2000,     0x4000",
        "im16a, 0x4000,     0x8000",
        "im16a, 0x7ff8,     0xfff0",
        "w17,   1,          0x8",
        "w17,   0x400,      0x4",
        "w17,   -1,         0x1f1ffd",
        "w17,   -3,         0x1f1fed",
        "w17,   65535,      0x1f1ffc",
        "w17,   -65536,     0x1",
        "im21,  1,          0x1000",
        "im21,  0x20202,    0x2202",
        "im21,  0x155555,   0x159555",
        "im21,  0x1fffff,   0x1fffff",
        "w22,   1,          0x8",
        "w22,   0x400,      0x4",
        "w22,   -1,         0x3ff1ffd",
        "w22,   0x1fffff,   0x3ff1ffc"
    })
    void aValueGoesToTheManualsBits(String name, String value, String bits) {
        Field field = named(name);
        assertEquals(Long.decode(bits), field.insert(0, Long.decode(value) << field.lowestBit()));
    }

    /** What GNU as makes of a number: {@code fields.csv}, which {@code oracle/golden} writes. */
    @ParameterizedTest(name = "{2}")
    @CsvFileSource(resources = "fields.csv", delimiter = '|', numLinesToSkip = 1)
    void aValueGoesWhereTheAssemblerPutsIt(String name, String value, String assembly, String word) {
        Field field = named(name);
        int assembled = (int) (long) Long.decode(word);
        boolean isUpperPart = field == PariscField.IM21; // for which GNU as takes the part itself
        long inserted = isUpperPart ? Long.decode(value) << field.lowestBit() : Long.decode(value);
        assertEquals(
                word,
                String.format(Locale.ROOT, "0x%08x", field.insert(assembled & ~field.mask(), inserted)),
                assembly);
    }
}
