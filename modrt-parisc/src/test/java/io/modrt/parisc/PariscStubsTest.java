package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which branches of 32-bit modules go through stubs, and where the stubs are. Each test works out its addresses by hand in comments. */
class PariscStubsTest {
    private static final int PCREL17F = 12;
    private static final int PCREL22F = 74;
    private static final int BL = 0xe840_0000; // b,l .+8,%rp
    private static final int NOP = 0x0800_0240;
    private static final long BASE = 0x0081_0000;

    private static DryLoad module() {
        return Loads.module(ElfTarget.PARISC_32).at(BASE).exports("printk", 0x1012_3450);
    }

    /** {@code .text} calls printk at 0 and 16, and at 8 near, which is at 32. */
    private static DryLoad threeCalls(KernelProfile profile) {
        DryLoad laid = module().under(profile);
        laid.builder()
                .text(BL, NOP, BL, NOP, BL, NOP, NOP, NOP, NOP)
                .function("near", ".text", 32)
                .relocation(".text", 0, PCREL17F, "printk")
                .relocation(".text", 8, PCREL17F, "near")
                .relocation(".text", 16, PCREL17F, "printk")
                .data(1, 2);
        return laid;
    }

    @Test
    void aBranchThatDoesNotReachGetsAStubInFrontOfItsSection() {
        DryLoad.Result laid = threeCalls(Loads.LINUX_2_6_29).relocate();

        // room for 3 + 1 stubs of 8 bytes; the first is at its start
        assertEquals(BASE + 0x20, laid.address(".text"));
        assertEquals(List.of("0x810000 -> 0x10123450", "0x810008 -> 0x10123450"), laid.stubs());
        assertEquals( // twice ldil LR'0x10123450,%r1; be,n RR'0x10123450(%sr4,%r1); the third and fourth stub are not
                // used
                List.of(0x2031_2202, 0xe020_28a2, 0x2031_2202, 0xe020_28a2, 0, 0, 0, 0),
                laid.wordsAt(RegionKind.CORE, 0, 8));
        assertEquals(0xe85f_1fb5, laid.word(".text", 0)); // 0x810000 - 0x810020 - 8 = -0x28: -10 words
        assertEquals(0xe840_0020, laid.word(".text", 8)); // 0x810040 - 0x810028 - 8 = 0x10: 4 words
        assertEquals(0xe85f_1fa5, laid.word(".text", 16)); // 0x810008 - 0x810030 - 8 = -0x30: -12 words
    }

    @Test
    void oldKernelsSendEveryBranchThroughAStubAtTheHeadOfItsRegion() {
        DryLoad laid = threeCalls(Loads.LINUX_2_6_28);
        laid.builder().initText(BL, NOP).relocation(".init.text", 0, PCREL17F, "near");
        DryLoad.Result result = laid.relocate();

        assertEquals(24, result.plan().regions().get(0).headBytes());
        assertEquals(8, result.plan().regions().get(1).headBytes());
        assertEquals(BASE + 24, result.address(".text"));
        long init = result.start(RegionKind.INIT);
        assertEquals(
                List.of(
                        "0x810000 -> 0x10123450",
                        "0x810008 -> 0x810038",
                        "0x810010 -> 0x10123450",
                        String.format(Locale.ROOT, "0x%x -> 0x810038", init)),
                result.stubs());
        assertEquals(init + 8, result.address(".init.text"));
    }

    @Test
    void everySectionHasRoomForOneStubMoreThanItHasBranchesAndNoneChangesItsSize() {
        DryLoad.Result laid = threeCalls(Loads.LINUX_6_1).relocate();

        for (Section section : laid.plan().file().elf().sections()) {
            assertEquals(
                    laid.plan().region(section).isPresent() ? section.sizeBytes() : 0,
                    laid.relocated().bytes(section).length,
                    section.name());
        }
        long sizes = laid.plan().file().elf().section(".text").orElseThrow().sizeBytes();
        assertEquals(36, sizes);
        // read-only data begins on the next page, and the first section there has room for one stub in front of it
        assertTrue(laid.plan().file().elf().sections().stream()
                .filter(section -> laid.plan().region(section).isPresent())
                .allMatch(section -> laid.plan().regionOffset(section).orElseThrow() >= 8));
    }

    /** Distances from P + 8, and {@code stub} if the branch itself does not reach. */
    @ParameterizedTest
    @CsvSource({
        "12, 262140,   direct",
        "12, 262143,   direct",
        "12, 262144,   stub",
        "12, -262144,  direct",
        "12, -262145,  stub",
        "74, 8388604,  direct",
        "74, 8388607,  direct",
        "74, 8388608,  stub",
        "74, -8388608, direct",
        "74, -8388609, stub"
    })
    void aBranchReachesItsBits(int type, long distance, String how) {
        long text = 0x0481_0000L + 0x10; // room for the stubs of one branch: 16 bytes
        DryLoad laid = module().at(text - 0x10).under(Loads.LINUX_2_6_29).exports("there", text + 8 + distance);
        laid.builder().text(type == PCREL17F ? BL : 0xe800_a000, NOP).relocation(".text", 0, type, "there");
        DryLoad.Result result = laid.relocate();

        assertEquals(how.equals("stub") ? 1 : 0, result.stubs().size());
        PariscReloc row = type == PCREL17F ? PariscReloc.R_PARISC_PCREL17F : PariscReloc.R_PARISC_PCREL22F;
        long words = row.field().extract(result.word(".text", 0));
        assertEquals(how.equals("stub") ? -0x18 : distance & -4, words); // the stub is 0x10 bytes in front, from P + 8
    }

    @Test
    void theFailureOf2008ReadsAsTheKernelHadIt() {
        RelocationException refused = assertThrows(
                RelocationException.class, () -> xfs().under(Loads.LINUX_2_6_28).relocate());

        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(
                Optional.of(
                        "module xfs relocation of symbol xfs_btree_read_bufs is out of range (0x3ffefffe in 17 bits)"),
                refused.kernelMessage());
        assertEquals(
                "xfs: .text+0x3fff8: R_PARISC_PCREL17F against xfs_btree_read_bufs+0x0: the stub at 0x810000 is -0x40008"
                        + " bytes away, outside [-0x40000, 0x3fffc]; kernels until 2.6.28 have one area of stubs at the head"
                        + " of core or init, later ones have one in front of each section",
                refused.getMessage());
    }

    /** There is one branch, so the one stub is 8 bytes in front of .text and 0x40000 bytes in front of the branch. */
    private static DryLoad xfs() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32, "xfs").at(BASE).exports("xfs_btree_read_bufs", 0x1012_3450);
        laid.builder().code(".text").alignment(8).zeros(0x3fff8).words(BL, NOP);
        laid.builder().relocation(".text", 0x3fff8, PCREL17F, "xfs_btree_read_bufs");
        return laid;
    }

    /** Since 2.6.29 the stub is 16 bytes in front of .text: the branch at 0x40000 - 16 - 8 just reaches it. */
    @ParameterizedTest
    @CsvSource({"0x3ffe8, ''", "0x3ffec, 0x3ffeffff", "0x3fff8, 0x3ffefffc"})
    void aSectionBeyondTheReachFailsAndLinksWithStubsOnBothSides(String offset, String quotient) {
        int at = Integer.decode(offset);
        DryLoad laid = module().under(Loads.LINUX_2_6_29);
        laid.builder().code(".text").zeros(at).words(BL, NOP, NOP);
        laid.builder().relocation(".text", at, PCREL17F, "printk");
        if (quotient.isEmpty()) {
            assertEquals(1, laid.relocate().stubs().size());
        } else {
            RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
            assertEquals(
                    Optional.of(String.format(
                            Locale.ROOT,
                            "module m relocation of symbol printk is out of range (%s in 17 bits)",
                            quotient)),
                    refused.kernelMessage());
            assertTrue(String.valueOf(refused.getMessage()).contains("StubPolicy.FURTHER_REACH"));
        }
        DryLoad.Result further = laid.with(LoadPolicy.kernelExact().stubs(StubPolicy.FURTHER_REACH))
                .relocate();
        // there is nothing in front; the stub is at the next multiple of 8 behind the section
        assertEquals(
                List.of(String.format(Locale.ROOT, "0x%x -> 0x10123450", BASE + at + 12 + 7 & -8)), further.stubs());
    }

    @Test
    void furtherReachSplitsASectionInTheMiddleAndSaysWhereItEnds() {
        LoadPolicy policy = LoadPolicy.kernelExact().stubs(StubPolicy.FURTHER_REACH);
        DryLoad fits = module().under(Loads.LINUX_2_6_29).with(policy);
        fits.builder().code(".text").words(BL).zeros(0x7fff8 - 0x48).words(BL);
        fits.builder()
                .relocation(".text", 0, PCREL17F, "printk")
                .relocation(".text", 0x7ffb4, PCREL17F, "printk")
                .relocation(".text", 0x3ffdc, PCREL17F, "printk"); // in the middle, 0x3ffdc bytes from the end
        DryLoad.Result result = fits.relocate();
        assertEquals(BASE + 0x10, result.address(".text"));
        // the branches of the second half share one of the two stubs behind the section
        assertEquals(
                List.of(
                        "0x810000 -> 0x10123450",
                        String.format(Locale.ROOT, "0x%x -> 0x10123450", BASE + 0x10 + 0x7ffb8)),
                result.stubs());

        DryLoad tooBig = module().under(Loads.LINUX_2_6_29).with(policy);
        tooBig.builder().code(".text").zeros(0x90000);
        tooBig.builder().relocation(".text", 0x44000, PCREL17F, "printk");
        RelocationException refused = assertThrows(RelocationException.class, tooBig::relocate);
        assertTrue(
                String.valueOf(refused.getMessage())
                        .endsWith(
                                ".text has 0x90000 bytes, stubs in front of it and behind link up to 0x80000, their own bytes"
                                        + " included"),
                refused::getMessage);
    }

    @Test
    void sharedStubsAreOneForEachCalleeAndSection() {
        DryLoad laid = threeCalls(Loads.LINUX_6_1).with(LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
        laid.builder().code(".text.other").words(BL, NOP);
        laid.builder().relocation(".text.other", 0, PCREL17F, "printk");
        DryLoad.Result result = laid.relocate();

        // .text has two callees, so (2 + 1) * 8 bytes in front; .data has no branch, so nothing in front
        assertEquals(BASE + 24, result.address(".text"));
        // .text ends at 0x81003c; .text.other is 16 bytes further. 16 bytes in front of that is no multiple of 8;
        // the stubs start at the next one.
        assertEquals(0x0081_004c, result.address(".text.other"));
        assertEquals(List.of("0x810000 -> 0x10123450", "0x810040 -> 0x10123450"), result.stubs());
        assertEquals(0, result.address(".data") & 0xfff);
    }

    @Test
    void stubsAreMadeForASymbolAndAnAddendAndNotForTheirSum() {
        DryLoad laid = module().under(Loads.LINUX_2_6_29).exports("table", 0x1012_3456);
        laid.builder().text(BL, NOP).relocation(".text", 0, PCREL17F, "table", 0x1004);
        // LR' rounds the addend up, 0x10123456 + 0x2000, and RR' is negative
        assertEquals(List.of(0x2032_2202, 0xe03f_28b7), laid.relocate().wordsAt(RegionKind.CORE, 0, 2));
    }

    @Test
    void a22BitBranchHasItsStubToo() {
        DryLoad laid = module().under(Loads.LINUX_6_1);
        laid.builder().text(0xe800_a000, NOP).relocation(".text", 0, PCREL22F, "printk");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("0x810000 -> 0x10123450"), result.stubs());
        assertEquals(0xebff_bfd5, result.word(".text", 0)); // -0x18 bytes: -6 words
    }
}
