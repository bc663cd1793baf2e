package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.error.Rule;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Compares relocated words with those that GNU as and ld made: {@code words.csv}, which {@code oracle/golden} writes. */
class GoldenWordsTest {
    private static final long PAGE = 0xfff;

    @ParameterizedTest(name = "{1}: {6} -> {7}")
    @CsvFileSource(resources = "words.csv", delimiter = '|', numLinesToSkip = 1)
    void aRelocatedWordIsTheLinkers(
            int width,
            String type,
            String symbol,
            String addend,
            String place,
            String before,
            String assembly,
            String after) {
        PariscReloc row = PariscReloc.valueOf(type);
        long S = Long.parseUnsignedLong(symbol.substring(2), 16);
        long A = Long.decode(addend);
        long P = Long.decode(place);
        if (width == 64 && row.routed()) {
            // The loader sends every branch to the kernel through a stub, so the field alone is compared.
            int word = row.field().insert((int) (long) Long.decode(before), S + A - P - 8);
            assertEquals(after, String.format(Locale.ROOT, "0x%08x", word), assembly);
            return;
        }
        int offset = (int) (P & PAGE);
        DryLoad laid = Loads.module(width == 32 ? ElfTarget.PARISC_32 : ElfTarget.PARISC_64)
                .with(LoadPolicy.kernelExact().relaxed(Rule.RELOCATION_TYPE))
                .at((P & ~PAGE) - PAGE - 1) // what is in front of .text gets a page
                .exports("S", S)
                .exports("$global$", 0x1050_0000);
        laid.builder().code(".text").alignment(PAGE + 1).zeros(offset);
        if (row.field().bytes() == Long.BYTES) {
            laid.builder().code(".text").pointer(Long.parseUnsignedLong(before.substring(2), 16));
        } else {
            laid.builder().text((int) (long) Long.decode(before));
        }
        laid.builder().relocation(".text", offset, row.number(), "S", A);
        DryLoad.Result result = laid.relocate();
        assertEquals(P, result.address(".text") + offset);
        assertEquals(
                after,
                row.field().bytes() == Long.BYTES
                        ? String.format(Locale.ROOT, "0x%016x", result.pointer(".text", offset))
                        : String.format(Locale.ROOT, "0x%08x", result.word(".text", offset)),
                assembly);
    }
}
