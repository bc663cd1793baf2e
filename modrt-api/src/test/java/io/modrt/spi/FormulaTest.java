package io.modrt.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FormulaTest {

    private static long hex(String number) {
        return Long.parseUnsignedLong(number, 16);
    }

    @ParameterizedTest(name = "{0} of {1} at {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # formula | S, or S + A      | P                | value
            S_A       | 80001234         | c0000000         | 80001234
            S_A       | ffffffffffffffff | 1                | ffffffffffffffff
            S_A_P     | 80001234         | 80001230         | 4
            S_A_P     | 80001230         | 80001234         | fffffffffffffffc
            S_A_P     | 0                | ffffffffffffffff | 1
            S_A_WORD  | 80001234         | 80001233         | 4
            LR        | 10203c43         | 80001233         | 10203800
            RR        | 10203c43         | 80001233         | 443
            PAGE      | 10003abc         | 10000ff8         | 3000
            PAGE      | 10003000         | 10003fff         | 0
            PAGE      | 10003fff         | 10004000         | fffffffffffff000
            PAGE      | ffff800000000fff | ffff7fffffffffff | 1000
            PAGE      | fff              | 0                | 0
            """)
    void aValueIsWhatThePsabiSays(Formula formula, String goal, String place, String value) {
        assertEquals(hex(value), formula.value(hex(goal), hex(place)));
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "S_A_B", "LR_B", "RR_B", "CUSTOM"})
    void someFormulasHaveNoValueOfTheseAlone(Formula formula) {
        assertThrows(AssertionError.class, () -> formula.value(1, 2));
    }

    @Test
    void theTextIsThePsabisWithTheBiasInHex() {
        assertEquals(
                "Page(S + A) - Page(P)",
                PlainType.of(Formula.PAGE, 0, Field.WORD32).formulaText());
        assertEquals(
                "S + A - P - 0x8", PlainType.of(Formula.S_A_P, -8, Field.WORD32).formulaText());
        assertEquals(
                "S + A + 0x80008000",
                PlainType.of(Formula.S_A, 0x8000_8000L, Field.WORD32).formulaText());
    }
}
