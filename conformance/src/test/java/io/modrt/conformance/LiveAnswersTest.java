package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.error.Errno;
import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveAnswersTest {
    private static final KernelShape MIPS = kernel(ElfTarget.MIPS_O32_LE);
    private static final KernelShape PARISC = kernel(ElfTarget.PARISC_32);
    private static final KernelShape AARCH64 = kernel(ElfTarget.AARCH64_LE);

    private static KernelShape kernel(ElfTarget target) {
        return new KernelShape(target, KernelProfile.of(KernelVersion.parse("6.1.192")), 0x240, 0, 0, Map.of());
    }

    private static Map<String, Verdict> read(String text) {
        return LiveAnswers.of(text.lines().toList());
    }

    @Test
    void anAnswerHasTheLinesBehindIt() {
        Map<String, Verdict> answers = read("""
                LOG <5>[    0.000000] Linux
                INS sound 0
                LOG <5>[    3.000000] sound: module verification failed: signature missing - tainting kernel
                REFUSE crc 22 EINVAL
                LOG <4>[    3.049419] crc: disagrees about version of symbol a
                LOG <4>[   13.049500] crc: Unknown symbol a (err -22)
                REFUSE quiet 8 ENOEXEC
                """);
        assertEquals(
                Map.of(
                        "sound", new Verdict(0, List.of(), false, ""),
                        "crc",
                                new Verdict(
                                        22,
                                        List.of(
                                                "crc: disagrees about version of symbol a",
                                                "crc: Unknown symbol a (err -22)"),
                                        false,
                                        ""),
                        "quiet", new Verdict(8, List.of(), false, "")),
                answers);
    }

    @Test
    void aLineThatComesLateBelongsToTheModuleItNames() {
        Map<String, Verdict> answers = read(
                "REFUSE livepatch 8\nREFUSE next 8\nLOG <3>[    3.0] livepatch: is disabled\nLOG <3>[    3.1] next: no\n");
        assertEquals(new Verdict(8, List.of("livepatch: is disabled"), false, ""), answers.get("livepatch"));
        assertEquals(new Verdict(8, List.of("next: no"), false, ""), answers.get("next"));
    }

    @Test
    void aWarningWithItsStackIsNoLineOfTheModule() {
        Map<String, Verdict> answers = read("""
                REFUSE a 22
                LOG <4>[    3.0] ------------[ cut here ]------------
                LOG <4>[    3.0] WARNING: CPU: 0
                LOG <4>[    3.0] ---[ end trace 0000000000000000 ]---
                LOG <3>[    3.1] a: unknown
                """);
        assertEquals(Map.of("a", new Verdict(22, List.of("a: unknown"), false, "")), answers);
    }

    @Test
    void bytesThatArePrintedNowhereAreEscapedAsDmesgDoes() {
        Map<String, Verdict> answers = read("REFUSE a 8\nLOG <3>[    3.1] magic: != \u007fELF\n");
        assertEquals(Map.of("a", new Verdict(8, List.of("magic: != \\x7fELF"), false, "")), answers);
    }

    @Test
    void aDifferenceIsTold() {
        BrokenModule module = BrokenModule.refused("a", Errno.EBADMSG, new byte[0]);
        Verdict kernel = new Verdict(77, List.of("one", "two"), false, "");
        assertEquals("", Verdict.complaint(module, kernel, new Verdict(77, List.of("two"), false, ""), MIPS));
        assertEquals(
                "modrt's line [three]",
                Verdict.complaint(module, kernel, new Verdict(77, List.of("three"), false, ""), MIPS));
        assertEquals("modrt's line []", Verdict.complaint(module, kernel, new Verdict(77, List.of(), false, ""), MIPS));
        assertEquals(
                "modrt answers 8", Verdict.complaint(module, kernel, new Verdict(8, List.of("two"), false, ""), MIPS));
        assertEquals(
                "the kernel answers 77, not 67",
                Verdict.complaint(module, kernel, new Verdict(67, List.of("two"), false, ""), PARISC));
        assertEquals(
                "modrt refuses it",
                Verdict.complaint(
                        BrokenModule.taken("b", new byte[0]),
                        new Verdict(0, List.of(), false, ""),
                        new Verdict(8, List.of(), false, ""),
                        MIPS));
    }

    @ParameterizedTest
    @CsvSource({
        "EBADMSG,       77, 67,  74",
        "ENOPKG,        65, 55,  65",
        "EOPNOTSUPP,   122, 223, 95",
        "EKEYREJECTED, 164, 187, 129",
        "ENOEXEC,        8, 8,   8"
    })
    void architecturesNumberErrorsAsTheyLike(Errno errno, int mips, int parisc, int aarch64) {
        assertEquals(mips, MIPS.number(errno));
        assertEquals(parisc, PARISC.number(errno));
        assertEquals(aarch64, AARCH64.number(errno));
    }
}
