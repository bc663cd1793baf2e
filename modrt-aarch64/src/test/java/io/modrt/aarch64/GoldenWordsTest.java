package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Every type against words that GNU as and ld made: {@code words.csv}, written by {@code oracle/golden}. */
class GoldenWordsTest {
    private static final String WORDS = "words.csv";
    private static final long PAGE = 0xfff;
    private static final List<RelocationType> TYPES =
            AArch64Reloc.table(AddendKind.EXPLICIT, false, "").types();

    @ParameterizedTest(name = "{0} {5} at {3}: {6}")
    @CsvFileSource(resources = WORDS, delimiter = '|', quoteCharacter = '\'', numLinesToSkip = 1)
    void aRelocatedWordIsTheLinkers(
            String type, String symbol, long addend, String place, String before, String assembly, String after) {
        int number = TYPES.stream()
                .filter(row -> row.psabiName().equals(type))
                .findFirst()
                .orElseThrow()
                .number();
        long P = hex(place);
        int offset = (int) (P & PAGE);
        byte[] bytes = littleEndian(before);
        Laid laid = Laid.module().at(P & ~PAGE).exported("S", hex(symbol));
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
                            + Long.toHexString(hex(symbol) + addend)),
                    refused.kernelMessage());
        } else {
            byte[] text = laid.relocate().bytes(".text");
            assertEquals(after.substring(2), HexFormat.of().formatHex(reversed(text, offset, bytes.length)), assembly);
        }
    }

    private static long hex(String number) {
        return Long.parseUnsignedLong(number.substring(2), 16);
    }

    private static byte[] littleEndian(String number) {
        byte[] bytes = HexFormat.of().parseHex(number.substring(2));
        return reversed(bytes, 0, bytes.length);
    }

    private static byte[] reversed(byte[] bytes, int from, int count) {
        byte[] reversed = new byte[count];
        for (int i = 0; i < count; i++) {
            reversed[i] = bytes[from + count - 1 - i];
        }
        return reversed;
    }

    @Test
    void noTypeIsLeftOut() {
        Set<String> all = TYPES.stream()
                .filter(type -> type.formula() != Formula.NONE)
                .map(RelocationType::psabiName)
                .collect(Collectors.toSet());
        try (BufferedReader words = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(GoldenWordsTest.class.getResourceAsStream(WORDS)), StandardCharsets.US_ASCII))) {
            Set<String> golden = words.lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(' ')))
                    .collect(Collectors.toSet());
            assertEquals(golden, all);
            assertTrue(golden.size() > 35);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
