package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final Verdict TAKEN = new Verdict(0, List.of(), false, "taken");
    private static final Verdict BEYOND = new Verdict(8, List.of(), true, "beyond");
    private static final Verdict FEARED = new Verdict(0, List.of(), false, "taken, but a kernel would crash: why");

    private static Verdict refused(int errno, String... lines) {
        return new Verdict(errno, List.of(lines), false, "refused");
    }

    @Test
    void aKernelThatTakesAModuleAgreesWithAnyAnswerButARefusalInItsName() {
        assertEquals(Agreement.TAKEN, Agreement.of(TAKEN, TAKEN));
        assertEquals(Agreement.BEYOND, Agreement.of(TAKEN, BEYOND));
        assertEquals(Agreement.FEARED, Agreement.of(TAKEN, FEARED));
        assertEquals(Agreement.ERRNO, Agreement.of(TAKEN, refused(8)));
    }

    @Test
    void aRefusalAgreesInErrnoAndLine() {
        assertEquals(Agreement.REFUSED, Agreement.of(refused(8, "a", "b"), refused(8, "b")));
        assertEquals(Agreement.LINE, Agreement.of(refused(8, "a"), refused(8, "b")));
        assertEquals(Agreement.LINE, Agreement.of(refused(8, "a"), refused(8)));
        assertEquals(Agreement.ERRNO, Agreement.of(refused(2), refused(8)));
        assertEquals(Agreement.ERRNO, Agreement.of(refused(2), TAKEN));
        assertEquals(Agreement.STUMBLED, Agreement.of(refused(2, "a"), BEYOND));
    }

    @Test
    void aCrashMustHaveBeenForeseen() {
        assertEquals(Agreement.CRASH, Agreement.of(Verdict.crash(), BEYOND));
        assertEquals(Agreement.CRASH, Agreement.of(Verdict.crash(), FEARED));
        assertEquals(Agreement.SILENT, Agreement.of(Verdict.crash(), TAKEN));
        assertEquals(Agreement.ERRNO, Agreement.of(Verdict.crash(), refused(8)));
        assertEquals(Agreement.UNASKED, Agreement.of(Verdict.none(), TAKEN));
        assertFalse(Agreement.SILENT.isWell());
        assertTrue(Agreement.CRASH.isWell());
    }

    @Test
    void addressesAndUnprintableBytesOfALineMayDiffer() {
        assertEquals(
                Agreement.REFUSED,
                Agreement.of(
                        refused(8, "overflow in relocation type 261 val ffff800008123456"),
                        refused(8, "overflow in relocation type 261 val ffff800001234567")));
        assertEquals(
                Agreement.LINE,
                Agreement.of(
                        refused(8, "overflow in relocation type 261"), refused(8, "overflow in relocation type 258")));
        assertEquals(
                Agreement.REFUSED,
                Agreement.of(
                        refused(2, "Unknown symbol a\\xffb (err -2)"), refused(2, "Unknown symbol a\ufffdb (err -2)")));
    }
}
