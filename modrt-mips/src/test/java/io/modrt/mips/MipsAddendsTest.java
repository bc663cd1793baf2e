package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.RelocationException;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.ElfTarget;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The HI16/LO16 pairs of SHT_REL sections under the kernel's rules; each test works out its sums in a comment. */
class MipsAddendsTest {
    private static final int HI16 = 5;
    private static final int LO16 = 6;
    private static final int LUI = 0x3c01_0000;
    private static final int ADDIU = 0x2421_0000;

    private static DryLoad words(int... words) {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE)
                .exports("a", 0x8000_9abcL)
                .exports("a_too", 0x8000_9abcL)
                .exports("b", 0x8123_4000L);
        laid.builder().text(words);
        return laid;
    }

    private static DryLoad with(DryLoad laid, int offset, int type, String symbol) {
        laid.builder().relocation(".text", offset, type, symbol);
        return laid;
    }

    @Test
    void allWaitingHalvesTakeTheNextLowerHalf() {
        // 0x80009abc + (1 << 16) + 0x7ff0 = 0x80021aac, with 2 << 16 it is 0x80031aac: upper halves 0x8002 and 0x8003.
        DryLoad laid = words(LUI | 1, LUI | 2, ADDIU | 0x7ff0);
        with(with(with(laid, 0, HI16, "a"), 4, HI16, "a"), 8, LO16, "a");
        DryLoad.Result result = laid.relocate();
        assertEquals(LUI | 0x8002, result.word(".text", 0));
        assertEquals(LUI | 0x8003, result.word(".text", 4));
        assertEquals(ADDIU | 0x1aac, result.word(".text", 8));
    }

    @Test
    void aLowerHalfWithItsSignBitSetCountsAsNegative() {
        // 0x80009abc + (1 << 16) - 0x8000 = 0x80011abc.
        DryLoad laid = words(LUI | 1, ADDIU | 0x8000);
        with(with(laid, 0, HI16, "a"), 4, LO16, "a");
        DryLoad.Result result = laid.relocate();
        assertEquals(LUI | 0x8001, result.word(".text", 0));
        assertEquals(ADDIU | 0x1abc, result.word(".text", 4));
    }

    @Test
    void onlyTheFirstOfSeveralLowerHalvesCompletesTheUpper() {
        // 0x80009abc + 0x6000 = 0x8000fabc, whose upper half rounds to 0x8001. The second LO16 must not count: it has
        // -0x8000, which would give 0x80001abc with the upper half 0x8000.
        DryLoad laid = words(LUI, ADDIU | 0x6000, ADDIU | 0x8000);
        with(with(with(laid, 0, HI16, "a"), 4, LO16, "a"), 8, LO16, "a");
        DryLoad.Result result = laid.relocate();
        assertEquals(LUI | 0x8001, result.word(".text", 0));
        assertEquals(ADDIU | 0xfabc, result.word(".text", 4));
        assertEquals(ADDIU | 0x1abc, result.word(".text", 8));
    }

    @Test
    void aLowerHalfNeedsNoUpper() {
        DryLoad laid = with(words(ADDIU | 4), 0, LO16, "a");
        assertEquals(ADDIU | 0x9ac0, laid.relocate().word(".text", 0));
    }

    @Test
    void otherRelocationsMayStandBetweenTheHalves() {
        DryLoad laid = words(LUI, 0x11, ADDIU);
        with(with(with(laid, 0, HI16, "a"), 4, 2, "b"), 8, LO16, "a");
        DryLoad.Result result = laid.relocate();
        assertEquals(LUI | 0x8001, result.word(".text", 0));
        assertEquals(0x8123_4011, result.word(".text", 4));
        assertEquals(ADDIU | 0x9abc, result.word(".text", 8));
    }

    @Test
    void pairsAreComparedByTheValueOfTheSymbol() {
        DryLoad laid = words(LUI, ADDIU);
        with(with(laid, 0, HI16, "a"), 4, LO16, "a_too");
        assertEquals(LUI | 0x8001, laid.relocate().word(".text", 0));
    }

    @Test
    void dozensMayWait() {
        int many = 40;
        int[] words = new int[many + 1];
        for (int i = 0; i < many; i++) {
            words[i] = LUI | i;
        }
        words[many] = ADDIU;
        DryLoad laid = words(words);
        for (int i = 0; i < many; i++) {
            with(laid, 4 * i, HI16, "a");
        }
        with(laid, 4 * many, LO16, "a");
        DryLoad.Result result = laid.relocate();
        for (int i = 0; i < many; i++) {
            assertEquals(LUI | 0x8001 + i, result.word(".text", 4 * i));
        }
    }

    @Test
    void anUpperHalfForAnotherValueIsUnsafe() {
        DryLoad laid = words(LUI, ADDIU);
        with(with(laid, 0, HI16, "a"), 4, LO16, "b");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(
                "m: .text+0x4: R_MIPS_LO16 against b+0x0: unsafe LO16: the R_MIPS_HI16 at 0x0 that waits is for 0x80009abc,"
                        + " this one for 0x81234000",
                refused.getMessage());
        assertEquals(4, refused.place().orElseThrow().sectionOffset());
    }

    @Test
    void anUpperHalfThatStillWaitsFailsItsSectionWithoutALogLine() {
        DryLoad laid = words(ADDIU, LUI);
        with(with(laid, 0, LO16, "a"), 4, HI16, "a");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.empty(), refused.kernelMessage());
        assertEquals(4, refused.place().orElseThrow().sectionOffset());
    }

    @Test
    void anyOtherFailureOfTheSectionComesBeforeTheWaitingHalf() {
        DryLoad laid = words(LUI, 0);
        with(with(laid, 0, HI16, "a"), 4, 37, "a");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.EINVAL, refused.errno());
    }

    @Test
    void aMismatchComesBeforeLaterFailuresAndAfterEarlierOnes() {
        DryLoad later = words(LUI, ADDIU, 0);
        with(with(with(later, 0, HI16, "a"), 4, LO16, "b"), 8, 37, "a");
        assertEquals(
                Errno.ENOEXEC,
                assertThrows(RelocationException.class, later::relocate).errno());

        DryLoad earlier = words(LUI, 0, ADDIU);
        with(with(with(earlier, 0, HI16, "a"), 4, 37, "a"), 8, LO16, "b");
        assertEquals(
                Errno.EINVAL,
                assertThrows(RelocationException.class, earlier::relocate).errno());
    }

    @Test
    void noPairSpansTwoSections() {
        DryLoad laid = with(words(LUI), 0, HI16, "a");
        laid.builder().initText(ADDIU).relocation(".init.text", 0, LO16, "a");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(".text", refused.place().orElseThrow().section());
    }

    @Test
    void bestEffortLeavesWhatNeverGotItsHalfAndDoesTheRest() {
        DryLoad laid = words(LUI | 0x1234, ADDIU | 4, LUI | 0x5678)
                .with(LoadPolicy.kernelExact().bestEffort());
        with(with(with(laid, 0, HI16, "a"), 4, LO16, "b"), 8, HI16, "b");
        DryLoad.Result result = laid.relocate();
        assertEquals(LUI | 0x1234, result.word(".text", 0));
        assertEquals(ADDIU | 4, result.word(".text", 4));
        assertEquals(LUI | 0x5678, result.word(".text", 8));
        assertEquals(
                3,
                result.relocated().diagnostics().stream()
                        .filter(d -> d.kind() == Diagnostic.Kind.LEFT_AS_IT_WAS)
                        .count());
    }

    @Test
    void aWeakSymbolWithAnErrorValueEndsItsSectionInSilence() {
        DryLoad laid = words(0x10, 0x20, 0x30).exports("wrong", 0xffff_f001L);
        laid.builder().importsWeakly("wrong");
        with(with(with(laid, 0, 2, "b"), 4, 2, "wrong"), 8, 2, "b");
        DryLoad.Result result = laid.relocate();
        assertEquals(0x8123_4010, result.word(".text", 0));
        assertEquals(0x20, result.word(".text", 4));
        assertEquals(0x30, result.word(".text", 8)); // why: the kernel skips the rest of the section
        assertTrue(result.relocated().diagnostics().stream()
                .anyMatch(d -> d.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED));
    }

    @Test
    void aHalfThatWaitsWhereASectionEndsSoIsRefused() {
        DryLoad laid = words(LUI, 0x20, ADDIU).exports("wrong", 0xffff_f001L);
        laid.builder().importsWeakly("wrong");
        with(with(with(laid, 0, HI16, "b"), 4, 2, "wrong"), 8, LO16, "b");
        assertEquals(
                Errno.ENOEXEC,
                assertThrows(RelocationException.class, laid::relocate).errno());
    }

    @Test
    void aStrongSymbolWithAnErrorValueIsUnknown() {
        DryLoad laid = with(words(0), 0, 0, "wrong").exports("wrong", 0xffff_f001L);
        assertEquals(
                Errno.ENOENT,
                assertThrows(RelocationException.class, laid::relocate).errno());
        DryLoad below = with(words(0), 0, 2, "right").exports("right", 0xffff_f000L);
        assertEquals(0xffff_f000, below.relocate().word(".text", 0));
    }

    @Test
    void halvesAgainstASymbolThatIsNotThereAreRefusedInTheirTurn() {
        DryLoad laid = words(LUI, ADDIU);
        with(with(laid, 0, HI16, "a"), 4, LO16, "a");
        laid.broken(edit -> edit.relocation(".rel.text", 0, ElfField.R_INFO, 0xffff_ff00L | HI16)
                .relocation(".rel.text", 1, ElfField.R_INFO, 0xffff_ff00L | LO16));
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertTrue(refused.beyondKernel());
        assertEquals(0, refused.place().orElseThrow().sectionOffset());
    }

    @Test
    void a32BitKernelRefusesRelaSectionsAndA64BitOneTakesRel() {
        DryLoad rela = Loads.module(ElfTarget.MIPS_O32_LE.withAddends(AddendKind.EXPLICIT))
                .exports("a", 0x8000_9abcL);
        rela.builder().text(0).relocation(".text", 0, 2, "a", 4);
        assertEquals(
                Errno.ENOEXEC,
                assertThrows(FormatException.class, rela::relocate).errno());

        DryLoad rel = Loads.module(ElfTarget.MIPS_N64_LE.withAddends(AddendKind.IN_PLACE))
                .exports("a", 0xffff_ffff_8000_9abcL);
        rel.builder().text(LUI, ADDIU | 4, 4);
        with(with(with(rel, 0, HI16, "a"), 4, LO16, "a"), 8, 2, "a");
        DryLoad.Result result = rel.relocate();
        assertEquals(LUI | 0x8001, result.word(".text", 0));
        assertEquals(ADDIU | 0x9ac0, result.word(".text", 4));
        assertEquals(0x8000_9ac0, result.word(".text", 8));
    }
}
