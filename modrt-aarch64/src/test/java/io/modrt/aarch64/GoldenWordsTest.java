package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.testkit.DryLoad;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Every type against words that GNU as and ld made: {@code words.csv}, written by {@code oracle/golden}. */
class GoldenWordsTest {
    private static final long PAGE = 0xfff;

    @ParameterizedTest(name = "{0} {5} at {3}: {6}")
    @CsvFileSource(resources = GoldenWords.FILE, delimiter = '|', quoteCharacter = '\'', numLinesToSkip = 1)
    void aRelocatedWordIsTheLinkers(
            String type, String symbol, long addend, String place, String before, String assembly, String after) {
        int number = GoldenWords.number(type);
        long P = GoldenWords.hex(place);
        int offset = (int) (P & PAGE);
        byte[] bytes = GoldenWords.littleEndian(before);
        DryLoad laid = Loads.module().at(P & ~PAGE).exports("S", GoldenWords.hex(symbol));
        laid.builder()
                .code(".text")
                .zeros(offset)
                .bytes(bytes)
                .relocation(offset, number, laid.builder().symbol("S"), addend);
        if (after.equals("overflow")) {
            RelocationException refused = assertThrows(RelocationException.class, laid::relocate, assembly);
            assertEquals(Errno.ENOEXEC, refused.errno());
            assertEquals(
                    Optional.of("module m: overflow in relocation type " + number + " val "
                            + Long.toHexString(GoldenWords.hex(symbol) + addend)),
                    refused.kernelMessage());
        } else {
            byte[] word = Arrays.copyOfRange(laid.relocate().bytes(".text"), offset, offset + bytes.length);
            String expected = HexFormat.of().formatHex(GoldenWords.littleEndian(after));
            assertEquals(expected, HexFormat.of().formatHex(word), assembly);
        }
    }

    @Test
    void noTypeIsLeftOut() {
        Set<String> all = GoldenWords.TYPES.stream()
                .filter(type -> type.formula() != Formula.NONE)
                .map(RelocationType::psabiName)
                .collect(Collectors.toSet());
        Set<String> golden = GoldenWords.rows().stream().map(row -> row[0]).collect(Collectors.toSet());
        assertEquals(golden, all);
        assertTrue(golden.size() > 35);
    }
}
