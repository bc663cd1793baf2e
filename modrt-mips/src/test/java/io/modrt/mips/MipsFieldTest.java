package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.Field;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Stores every value in every field; masks and ranges are written by hand from the instruction set manual. */
class MipsFieldTest {

    @TestFactory
    Stream<DynamicTest> everyValueComesBackAndTouchesNoOtherBit() {
        return Stream.of(
                everyValue(MipsField.IMMEDIATE, 16, 0x0000_ffff),
                everyValue(MipsField.OFFSET16, 16, 0x0000_ffff),
                everyValue(MipsField.OFFSET21, 21, 0x001f_ffff),
                everyValue(MipsField.OFFSET26, 26, 0x03ff_ffff),
                everyValue(MipsField.INSTR_INDEX, 26, 0x03ff_ffff));
    }

    private static DynamicTest everyValue(Field field, int bits, int mask) {
        return DynamicTest.dynamicTest(field.toString(), () -> {
            assertEquals(mask, field.mask());
            int reached = 0;
            int half = 1 << (bits - 1);
            for (int v = -half; v < half; v++) {
                long value = (long) v << field.lowestBit();
                int overZeros = field.insert(0, value);
                int overOnes = field.insert(-1, value);
                // Values are compared without assertions: for 67 million of them, assertions would take a minute.
                if (overZeros != (v & mask) || overOnes != (v | ~mask) || field.extract(overOnes) != value) {
                    throw new AssertionError(field + ": " + v + " gives 0x" + Integer.toHexString(overZeros)
                            + " over zeros, 0x" + Integer.toHexString(overOnes) + " over ones, and back "
                            + field.extract(overOnes));
                }
                reached |= overZeros;
            }
            assertEquals(mask, reached);
        });
    }

    @Test
    void branchesReachWhatTheManualSays() {
        // These are distances from the branch itself; the -4 for the next instruction is in the addend.
        assertEquals(List.of(-0x2_0000L, 0x1_fffcL), reach(MipsField.OFFSET16)); // 128 KB
        assertEquals(List.of(-0x40_0000L, 0x3f_fffcL), reach(MipsField.OFFSET21)); // 4 MB
        assertEquals(List.of(-0x800_0000L, 0x7ff_fffcL), reach(MipsField.OFFSET26)); // 128 MB
    }

    private static List<Long> reach(Field field) {
        return List.of(field.leastSigned(), field.greatestSigned());
    }
}
