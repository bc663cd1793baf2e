package io.modrt.engine.relocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.AddendKind;
import io.modrt.engine.relocation.RelocationRows.ByteOrders;
import io.modrt.engine.relocation.RelocationRows.Row;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the columns of a type say, once they are read. */
class RelocationRowsTest {

    private record Type(Field field, Fit fit) implements RelocationType {
        @Override
        public int number() {
            return 1;
        }

        @Override
        public Formula formula() {
            return Formula.S_A;
        }
    }

    private static Row row(Field field, Fit fit, Width width) {
        RelocationTable table = RelocationTable.of(List.of(new Type(field, fit)));
        return Objects.requireNonNull(
                new RelocationRows(table, AddendKind.EXPLICIT, width, new ByteOrders(false, true)).row(1));
    }

    /** The values just within and just outside; a bound that is not there is 0 with nothing outside. */
    @ParameterizedTest(name = "{0} in {1} bytes on {2}: {3} to {4}")
    @CsvSource(delimiter = '|', textBlock = """
        SIGNED          | 4 | BITS_64 | -80000000         | 7fffffff
        SIGNED_REPORTED | 4 | BITS_64 | -80000000         | 7fffffff
        SIGNED          | 2 | BITS_64 | -8000             | 7fff
        UNSIGNED        | 4 | BITS_64 | 0                 | ffffffff
        UNSIGNED        | 1 | BITS_64 | 0                 | ff
        EITHER          | 4 | BITS_64 | -80000000         | ffffffff
        EITHER          | 2 | BITS_64 | -8000             | ffff
        REPORTED        | 4 | BITS_64 | -80000000         | ffffffff
        SIGNED          | 2 | BITS_32 | -8000             | 7fff
        EITHER          | 2 | BITS_32 | -8000             | ffff
        UNSIGNED        | 2 | BITS_32 | 0                 | ffff
        """)
    void rangesEndWhereTheFieldDoes(Fit fit, int bytes, Width width, String least, String greatest) {
        Row row = row(Field.data("data", bytes), fit, width);
        long from = Long.parseLong(least, 16);
        long to = Long.parseLong(greatest, 16);

        assertTrue(row.isInRange(from));
        assertTrue(row.isInRange(to));
        assertFalse(row.isInRange(from - 1), "below");
        assertFalse(row.isInRange(to + 1), "beyond");
    }

    @ParameterizedTest
    @CsvSource({"SIGNED", "SIGNED_REPORTED", "UNSIGNED", "EITHER", "REPORTED"})
    void everyValueFitsAFieldOfTheTargetsWidth(Fit fit) {
        Row row = row(Field.WORD64, fit, Width.BITS_64);
        for (long value : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertTrue(row.isInRange(value), () -> "0x" + Long.toHexString(value));
        }
    }

    /** On 32 bit a word holds each address, whatever its sign. */
    @Test
    void aWordHoldsEveryAddressOf32Bits() {
        for (Fit fit : List.of(Fit.EITHER, Fit.UNSIGNED, Fit.REPORTED)) {
            Row row = row(Field.WORD32, fit, Width.BITS_32);
            assertTrue(
                    row.isInRange(0xffff_ffffL) && row.isInRange(-1) && row.isInRange(0x1_8000_0000L), fit::toString);
        }
    }

    @Test
    void bitsBelowTheFieldsLowestAreLost() {
        Row row = row(Field.low("imm20", 20).from(12), Fit.SIGNED, Width.BITS_64);

        assertTrue(row.isInRange(0x7fff_ffff));
        assertFalse(row.isInRange(0x8000_0000L));
    }

    @Test
    void instructionsAndDataHaveAnOrderOfTheirOwn() {
        assertFalse(row(Field.low("imm12", 12), Fit.SIGNED, Width.BITS_64).bigEndian);
        assertTrue(row(Field.WORD32, Fit.SIGNED, Width.BITS_64).bigEndian);
    }

    @Test
    void valuesThatAreReportedTakeTheShortWayWhileTheyFit() {
        assertEquals(
                List.of(true, true, true, true, true, false),
                List.of(Fit.TRUNCATED, Fit.SIGNED, Fit.EITHER, Fit.REPORTED, Fit.SIGNED_REPORTED, Fit.SAME_REGION)
                        .stream()
                        .map(fit -> row(Field.WORD32, fit, Width.BITS_64).isPlain)
                        .toList());
        assertFalse(row(Field.WORD32, Fit.SIGNED_REPORTED, Width.BITS_64).isLimited());
    }
}
