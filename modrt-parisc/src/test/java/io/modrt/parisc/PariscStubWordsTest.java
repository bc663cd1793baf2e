package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.StubTemplate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Compares stubs with the words that GNU as and ld make of their assembler text: {@code stubs.csv}, which {@code oracle/golden} writes. */
class PariscStubWordsTest {

    @ParameterizedTest(name = "{0} to {1} + {2}")
    @CsvFileSource(resources = "stubs.csv", delimiter = '|', numLinesToSkip = 1)
    void aStubIsWhatItsAssemblerTextSays(String kind, String symbol, String addend, String words) {
        long S = Long.decode(symbol);
        long A = Long.decode(addend);
        StubTemplate template = switch (kind) {
            case "long_branch" -> PariscStub.LONG_BRANCH.template(S, A);
            case "millicode" -> PariscStub.MILLICODE.template(S, A);
            case "direct" -> PariscStub.DIRECT.template(S, A);
            case "got" -> PariscStub.got(S).template(S, 0);
            case "got_14" -> PariscStub.GOT_OF_14_BITS.template(S, 0);
            default -> throw new IllegalArgumentException(kind);
        };
        assertEquals(words, hex(template));
    }

    @Test
    void theTextOfEachWordIsAtHand() {
        assertEquals(
                "ldil   LR'target,%r1; be,n   RR'target(%sr4,%r1)",
                text(PariscStub.LONG_BRANCH.template(0x1012_3456, 0)));
        assertEquals(
                "ldd    LTOFF'target(%dp),%dp; ldd    16(%dp),%r1; bve    (%r1); ldd    24(%dp),%dp",
                text(PariscStub.got(0).template(0, 0)));
        assertEquals(
                "ldil   LR'target,%r1; ldo    RR'target(%r1),%r1; ldd    16(%r1),%r1; bve,n  (%r1)",
                text(PariscStub.MILLICODE.template(0, 0)));
        assertEquals(
                "ldil   LR'target,%r1; ldo    RR'target(%r1),%r1; bve,n  (%r1)",
                text(PariscStub.DIRECT.template(0, 0)));
    }

    private static String hex(StubTemplate template) {
        ByteBuffer code = ByteBuffer.wrap(template.fill(0x0081_0000, ByteOrder.BIG_ENDIAN, 0x1012_3450));
        return template.pieces().stream()
                .map(piece -> String.format(Locale.ROOT, "%08x", code.getInt()))
                .collect(Collectors.joining(" "));
    }

    private static String text(StubTemplate template) {
        return template.pieces().stream().map(StubTemplate.Piece::assembly).collect(Collectors.joining("; "));
    }
}
