package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.Field;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every value of every field, written as the manual's drawings of instructions have it: bit strings, the highest bit first. */
class AArch64FieldTest {

    @TestFactory
    Stream<DynamicTest> everyValueComesBackAndTouchesNoOtherBit() {
        return Stream.of(
                everyValue(AArch64Reloc.IMM12, 0x003f_fc00, v -> "0000000000" + v + "0000000000"),
                everyValue(AArch64Reloc.IMM14, 0x0007_ffe0, v -> "0000000000000" + v + "00000"),
                everyValue(AArch64Reloc.IMM16, 0x001f_ffe0, v -> "00000000000" + v + "00000"),
                everyValue(AArch64Reloc.IMM19, 0x00ff_ffe0, v -> "00000000" + v + "00000"),
                everyValue(AArch64Reloc.ADR, 0x60ff_ffe0, AArch64FieldTest::immlo),
                everyValue(AArch64Reloc.PAGES, 0x60ff_ffe0, AArch64FieldTest::immlo),
                everyValue(AArch64Reloc.SIGNED_IMM16, 0x401f_ffe0, AArch64FieldTest::movnOrMovz));
    }

    /** op, immlo, 10000, immhi, Rd. */
    private static String immlo(String value) {
        return "0" + value.substring(19) + "00000" + value.substring(0, 19) + "00000";
    }

    /** sf, opc, 100101, hw, imm16, Rd; opc is 10 for movz and 00 for movn, whose register is the inverse of its immediate. */
    private static String movnOrMovz(String value) {
        boolean isNegative = value.charAt(0) == '1';
        String immediate = value.substring(1);
        String inverse = immediate.replace('0', 'x').replace('1', '0').replace('x', '1');
        return (isNegative ? "00" : "01") + "000000000" + (isNegative ? inverse : immediate) + "00000";
    }

    private static DynamicTest everyValue(Field field, int mask, UnaryOperator<String> drawing) {
        return DynamicTest.dynamicTest(field.toString(), () -> {
            assertEquals(mask, field.mask());
            int half = 1 << (field.bits() - 1);
            for (int v = -half; v < half; v++) {
                String bits =
                        Integer.toBinaryString(v & (2 * half - 1) | 2 * half).substring(1);
                int expected = Integer.parseUnsignedInt(drawing.apply(bits), 2);
                long value = (long) v << field.lowestBit();
                int overOnes = field.insert(-1, value);
                // Plain comparisons: there are millions of values, and an assertion each would take long.
                if (field.insert(0, value) != expected
                        || overOnes != (expected | ~mask)
                        || field.extract(overOnes) != value) {
                    throw new AssertionError(field + ": " + v + " is drawn 0x" + Integer.toHexString(expected));
                }
            }
        });
    }

    @Test
    void branchesAndAddressesReachWhatTheManualSays() {
        assertEquals(List.of(-0x800_0000L, 0x7ff_fffcL), reach(AArch64Reloc.IMM26)); // 128 MB
        assertEquals(0x03ff_ffff, AArch64Reloc.IMM26.mask());
        assertEquals(List.of(-0x10_0000L, 0xf_fffcL), reach(AArch64Reloc.IMM19)); // 1 MB
        assertEquals(List.of(-0x8000L, 0x7ffcL), reach(AArch64Reloc.IMM14)); // 32 KB
        assertEquals(List.of(-0x10_0000L, 0xf_ffffL), reach(AArch64Reloc.ADR)); // 1 MB
        assertEquals(List.of(-0x1_0000_0000L, 0xffff_f000L), reach(AArch64Reloc.PAGES)); // 4 GB
    }

    private static List<Long> reach(Field field) {
        return List.of(field.leastSigned(), field.greatestSigned());
    }
}
