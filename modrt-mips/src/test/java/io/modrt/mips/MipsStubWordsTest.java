package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.spi.StubTemplate;
import io.modrt.spi.Width;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Compares stubs with the words that GNU as and ld make of their assembler text: {@code stubs.csv}, which {@code oracle/golden} writes. */
class MipsStubWordsTest {

    private record Row(String target, long to, String assembly, int word) {
        static Row parse(String line) {
            String[] columns = line.split(" \\| ", 4);
            return new Row(
                    columns[0],
                    Long.parseUnsignedLong(columns[1].substring(2), 16),
                    columns[2].substring(1, columns[2].length() - 1),
                    Integer.parseUnsignedInt(columns[3].substring(2), 16));
        }
    }

    @TestFactory
    Stream<DynamicTest> wordsAndTextAreTheAssemblers() throws IOException {
        Map<String, List<Row>> stubs = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(MipsStubWordsTest.class.getResourceAsStream("stubs.csv")),
                StandardCharsets.UTF_8))) {
            lines.lines()
                    .skip(1)
                    .map(Row::parse)
                    .forEach(row -> stubs.merge(
                            row.target + " to 0x" + Long.toHexString(row.to),
                            List.of(row),
                            (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
        }
        assertEquals(9, stubs.size());
        return stubs.entrySet().stream()
                .map(stub -> DynamicTest.dynamicTest(stub.getKey(), () -> compare(stub.getValue())));
    }

    private static void compare(List<Row> rows) {
        Row first = rows.get(0);
        Width width = first.target.startsWith("o32") ? Width.BITS_32 : Width.BITS_64;
        StubTemplate template = MipsStubs.of(width, first.target.endsWith("r6")).to(first.to);
        ByteBuffer code = ByteBuffer.wrap(template.fill(0, ByteOrder.LITTLE_ENDIAN, first.to))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(rows.size() * Integer.BYTES, code.remaining());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            assertEquals(row.assembly, template.pieces().get(i).assembly().replaceAll(" +", " "));
            assertEquals(row.word, code.getInt(), row.assembly);
        }
    }

    @Test
    void theShortStubIsUsedWhereLuiAndASignedHalfMakeTheAddress() {
        MipsStubs n64 = MipsStubs.of(Width.BITS_64, false);
        // lui 0x7fff and +0x7fff make 0x7fff7fff; one more would take lui 0x8000, which is negative.
        assertEquals(4, n64.to(0x7fff_7fffL).pieces().size());
        assertEquals(8, n64.to(0x7fff_8000L).pieces().size());
        // lui 0x8000 and -0x8000 make 0xffffffff7fff8000, the lowest.
        assertEquals(4, n64.to(0xffff_ffff_7fff_8000L).pieces().size());
        assertEquals(8, n64.to(0xffff_ffff_7fff_7fffL).pieces().size());
        assertEquals(4, n64.to(-4).pieces().size());
        assertEquals(
                4, MipsStubs.of(Width.BITS_32, false).to(0xffff_fff0L).pieces().size());
    }

    @Test
    void noStubIsLongerThanWhatIsCountedForIt() {
        for (Width width : Width.values()) {
            MipsStubs stubs = MipsStubs.of(width, false);
            int most = stubs.anywhere().sizeBytes();
            assertTrue(stubs.to(0x1234_5678_9abc_def0L).sizeBytes() <= most, width.name());
            assertTrue(stubs.to(0xffff_ffff_8000_0000L).sizeBytes() <= most, width.name());
        }
    }
}
