package io.modrt.testkit.riscv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.Field;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What goes into a field comes out of it, and nothing else of its bytes changes; in both byte orders. */
class RiscvFieldTest {

    @TestFactory
    Stream<DynamicTest> everyValueOfEveryInstructionComesBack() {
        return Stream.of(
                        RiscvField.B,
                        RiscvField.J,
                        RiscvField.CB,
                        RiscvField.CJ,
                        RiscvField.I,
                        RiscvField.S,
                        RiscvField.U)
                .map(field -> DynamicTest.dynamicTest(field.name(), () -> {
                    for (long value = field.leastSigned();
                            value <= field.greatestSigned();
                            value += 1L << field.lowestBit()) {
                        assertComesBack(field, value);
                    }
                }));
    }

    /** The halves of {@code auipc} and {@code jalr} meet at bit 11, where one is inverted. */
    @Test
    void theValueOfAPairComesBack() {
        for (long bit = 1; bit <= 0x8000_0000L; bit <<= 1) {
            for (long value : new long[] {bit - 1, bit, -bit, -bit - 1, bit ^ 0x800, bit ^ 0xfff}) {
                if (value == (int) value) {
                    assertComesBack(RiscvField.U_AND_I, value);
                }
            }
        }
    }

    private static void assertComesBack(Field field, long value) {
        for (boolean bigEndian : new boolean[] {false, true}) {
            byte[] zeros = new byte[field.bytes() + 2];
            field.store(zeros, 1, bigEndian, value);
            byte[] ones = new byte[field.bytes() + 2];
            Arrays.fill(ones, (byte) 0xff);
            field.store(ones, 1, bigEndian, value);
            assertEquals(value, field.load(zeros, 1, bigEndian), () -> field + ", in zeros");
            assertEquals(value, field.load(ones, 1, bigEndian), () -> field + ", in ones");
            int taken = 0;
            for (int i = 0; i < zeros.length; i++) {
                taken += Integer.bitCount((zeros[i] ^ ~ones[i]) & 0xff);
            }
            assertEquals(field.bits(), taken, () -> field + " takes other bits than its own");
        }
    }
}
