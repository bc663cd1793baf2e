package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.error.Rule;
import io.modrt.layout.RegionKind;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.Stub;
import io.modrt.spi.Width;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The types of the ABI that the kernel lacks: refused like the kernel by default, applied on request. {@link GoldenWordsTest} has their words. */
class PariscBeyondKernelTest {
    private static final int NOP = 0x0800_0240;
    private static final LoadPolicy EXTENDED = LoadPolicy.kernelExact().relaxed(Rule.RELOCATION_TYPE);

    /** {@code ldi S,%r19}, twice. */
    private static DryLoad twoLoads() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).exports("S", 0x1ff0);
        laid.builder()
                .text(0x3413_0000, 0x3413_0000)
                .relocation(".text", 0, 7, "S")
                .relocation(".text", 4, 7, "S");
        return laid;
    }

    @Test
    void theKernelRefusesThemAndTheTextNamesTypeAndWayOut() {
        RelocationException refused =
                assertThrows(RelocationException.class, () -> twoLoads().relocate());

        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals("R_PARISC_DIR14F", refused.place().orElseThrow().type());
        assertEquals(
                "m: .text+0x0: R_PARISC_DIR14F against S+0x0: relocation type 7 is none that kernels of this width apply;"
                        + " relax Rule.RELOCATION_TYPE to apply R_PARISC_DIR14F",
                refused.getMessage());
    }

    @Test
    void relaxedTheyAreAppliedAndToldOnceAType() {
        DryLoad.Result result = twoLoads().with(EXTENDED).relocate();

        // im14: 0x1ff0 << 1
        assertEquals(0x3413_3fe0, result.word(".text", 4));
        assertEquals(
                List.of("m: .text+0x0: R_PARISC_DIR14F against S+0x0: relocation type 7 is none that kernels of this"
                        + " width apply"),
                result.relocated().diagnostics().stream()
                        .filter(diagnostic -> diagnostic.kind() == Diagnostic.Kind.RELAXED_RULE)
                        .map(Diagnostic::toString)
                        .toList());
    }

    @Test
    void whatDoesNotFitIsRefusedWhateverThePolicy() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).exports("S", 0x2000).with(EXTENDED);
        laid.builder().text(0x3413_0000).relocation(".text", 0, 7, "S");

        // 14 signed bits end at 0x1fff
        assertTrue(assertThrows(RelocationException.class, laid::relocate)
                .getMessage()
                .endsWith("value 0x2000 outside [-0x2000, 0x1fff]"));
    }

    @Test
    void shortBranchesOf64BitCodeHaveStubsLikeLongOnes() {
        for (StubPolicy stubs : StubPolicy.values()) {
            DryLoad laid =
                    Loads.module(ElfTarget.PARISC_64).exports("S", 0x4010_0000).with(EXTENDED.stubs(stubs));
            // a b,l S,%rp of 17 bits and its delay slot, twice
            laid.builder()
                    .text(0xe840_0000, NOP, 0xe840_0000, NOP)
                    .relocation(".text", 0, 12, "S")
                    .relocation(".text", 8, 12, "S");
            DryLoad.Result result = laid.relocate();

            // the two branches share a GOT slot, although one was counted for each
            assertEquals(List.of(0, 0x4010_0000, 0, 0), result.wordsAt(RegionKind.CORE, 0, 4), stubs.toString());
            Stub first = result.relocated().stubs().get(0);
            long distance = first.address().value() - result.address(".text") - 8;
            assertEquals(PariscField.W17.insert(0xe840_0000, distance), result.word(".text", 0), stubs.toString());
            assertEquals(
                    stubs == StubPolicy.SHARED ? 1 : 2,
                    result.relocated().stubs().size(),
                    stubs.toString());
        }
    }

    @Test
    void aTableKeepsTheNumbersOfBothKindsApart() {
        RelocationTable narrow = PariscReloc.table(Width.BITS_32, Loads.LINUX_6_1);
        assertTrue(narrow.type(7).isEmpty());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> narrow.beyondKernel(List.of(PariscReloc.R_PARISC_DIR32)))
                .getMessage();
        assertEquals("R_PARISC_DIR32 and R_PARISC_DIR32 share a number", message);
        assertEquals(
                "R_PARISC_DIR17R R_PARISC_DIR17F",
                narrow.beyondKernel().stream().limit(2).map(Object::toString).collect(Collectors.joining(" ")));
    }
}
