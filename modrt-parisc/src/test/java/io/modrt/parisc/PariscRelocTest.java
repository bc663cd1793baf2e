package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.spi.RelocationType;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PariscRelocTest {

    /** Worked out by hand: rnd(0x1004) = 0x2000, rnd(-8) = 0, rnd(0x1000) = 0x2000, rnd(0xfff) = 0, rnd(-0x1001) = -0x2000. */
    @ParameterizedTest
    @CsvSource({
        "0x10123456, 0,       0x20246, 0x456",
        "0x10123456, 0x1004,  0x2024a, -0xba6",
        "0x00812ffc, -8,      0x1025,  0x7f4",
        "0x101237fc, 0,       0x20246, 0x7fc",
        "0x10123456, 0xfff,   0x20246, 0x1455",
        "0x10123456, 0x1000,  0x2024a, -0xbaa",
        "0x10123456, -0x1001, 0x20242, 0x1455"
    })
    void selectorsRoundTheAddend(String S, String A, String left, String right) {
        assertEquals(Long.decode(left), PariscReloc.left(Long.decode(S), Long.decode(A)) >> 11);
        assertEquals(Long.decode(right), PariscReloc.right(Long.decode(S), Long.decode(A)));
    }

    @Test
    void theTwoSelectorsAddUpAndTheRightOneFits14Bits() {
        Random random = new Random(2008);
        for (int i = 0; i < 1_000_000; i++) {
            long S = random.nextInt() & 0xffff_ffffL;
            long A = random.nextInt() >> random.nextInt(32);
            long right = PariscReloc.right(S, A);
            assertEquals(S + A, (PariscReloc.left(S, A) >> 11 << 11) + right, () -> S + ", " + A);
            assertTrue(right >= -0x1000 && right <= 0x17fe, () -> S + ", " + A);
        }
    }

    @Test
    void eachWidthHasTheTypesOfItsKernels() {
        assertEquals(
                "1 2 6 9 12 18 22 41 49 65 74",
                numbers(PariscReloc.table(Width.BITS_32, Loads.LINUX_6_1).types()));
        assertEquals(
                "9 34 38 41 49 64 72 74 80",
                numbers(PariscReloc.table(Width.BITS_64, Loads.LINUX_6_1).types()));
    }

    @Test
    void eachWidthHasTypesBeyondItsKernels() {
        assertEquals(
                "3 4 7 8 10 14 23 66 70",
                numbers(PariscReloc.table(Width.BITS_32, Loads.LINUX_6_1).beyondKernel()));
        assertEquals(
                "2 3 4 6 7 8 10 12 14",
                numbers(PariscReloc.table(Width.BITS_64, Loads.LINUX_6_1).beyondKernel()));
    }

    /** The table of the package page in the supplement's notation, without the shift that belongs to the field. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            R_PARISC_DIR32     | S + A
            R_PARISC_DIR21L    | LR'(S, A)
            R_PARISC_DIR17R    | RR'(S, A)
            R_PARISC_DIR14R    | RR'(S, A)
            R_PARISC_PCREL12F  | S + A - P - 8
            R_PARISC_PCREL21L  | L'(S + A - P - 8)
            R_PARISC_PCREL17F  | S + A - P - 8
            R_PARISC_PCREL14R  | R'(S + A - P - 8)
            R_PARISC_DPREL21L  | LR'(S - DP, A)
            R_PARISC_DPREL14R  | RR'(S - DP, A)
            R_PARISC_DPREL14F  | S + A - DP
            R_PARISC_LTOFF21L  | LR'(GOT(S + A), 0)
            R_PARISC_LTOFF14R  | RR'(GOT(S + A), 0)
            R_PARISC_FPTR64    | descriptor of S + A
            R_PARISC_PCREL64   | S + A - P - 8
            R_PARISC_DIR64     | S + A
            """)
    void aRowSaysItsFormula(PariscReloc row, String formula) {
        assertEquals(formula, row.formulaText());
    }

    private static String numbers(List<RelocationType> types) {
        return types.stream().map(type -> String.valueOf(type.number())).collect(Collectors.joining(" "));
    }
}
