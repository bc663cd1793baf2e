package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.RelocationException;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Stub;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Local stubs: which calls get one, where room is counted, what code they have. The words are encoded by hand, as in {@code stubs.csv}. */
class MipsStubsTest {
    private static final LoadPolicy SHARED = LoadPolicy.kernelExact().stubs(StubPolicy.SHARED);
    private static final int R_26 = 4;
    private static final int R_PC26 = 61;
    private static final int JAL = 0x0c00_0000;

    /** The module of the report of 2009: two calls of _mcount and one of _printk in .text, one of _mcount in .init.text. */
    private static DryLoad calls(ElfTarget target, long high) {
        DryLoad laid = Loads.module(target)
                .exports("_mcount", high | 0x8027_a740L)
                .exports("_printk", high | 0x8093_ffe8L)
                .with(SHARED);
        laid.builder().text(JAL, 0, JAL, 0, JAL, 0).initText(JAL, 0);
        laid.builder()
                .relocation(".text", 0, R_26, "_mcount")
                .relocation(".text", 8, R_26, "_printk")
                .relocation(".text", 16, R_26, "_mcount")
                .relocation(".init.text", 0, R_26, "_mcount");
        return laid;
    }

    @Test
    void o32GetsOneStubATargetAtTheHeadOfEachBlock() {
        DryLoad.Result result = calls(ElfTarget.MIPS_O32_BE, 0).relocate();
        // There are two callees in core and one in init, with 16 bytes each; .text follows.
        assertEquals(List.of(32L, 16L), heads(result));
        assertEquals(
                List.of(
                        0x3c19_8028,
                        0x2739_a740,
                        0x0320_0008,
                        0, // lui $25,0x8028; addiu $25,$25,-0x58c0; jr $25; nop
                        0x3c19_8094,
                        0x2739_ffe8,
                        0x0320_0008,
                        0), // lui $25,0x8094; addiu $25,$25,-0x18; jr $25; nop
                result.wordsAt(RegionKind.CORE, 0, 8));
        // jal 0xc0000000, jal 0xc0000010, jal 0xc0000000
        assertEquals(JAL, result.word(".text", 0));
        assertEquals(JAL | 4, result.word(".text", 8));
        assertEquals(JAL, result.word(".text", 16));
        // init lies at 0xc0100000
        assertEquals(List.of(0x3c19_8028, 0x2739_a740, 0x0320_0008, 0), result.wordsAt(RegionKind.INIT, 0, 4));
        assertEquals(JAL | 0x4_0000, result.word(".init.text", 0));
        List<Stub> stubs = result.relocated().stubs();
        assertEquals(
                List.of("_mcount", "_printk", "_mcount"),
                stubs.stream().map(Stub::symbol).toList());
        assertEquals(Address.of(0xc000_0010L), stubs.get(1).address());
        assertEquals(Address.of(0x8093_ffe8L), stubs.get(1).target());
    }

    @Test
    void release6JumpsByJalr() {
        DryLoad.Result result = calls(ElfTarget.MIPS_O32_R6_LE, 0).relocate();
        assertEquals(List.of(0x3c19_8028, 0x2739_a740, 0x0320_0009, 0), result.wordsAt(RegionKind.CORE, 0, 4));
    }

    @Test
    void n64HasRoomForTheLongStubAndUsesTheShortOneForCompatibleAddresses() {
        DryLoad.Result result =
                calls(ElfTarget.MIPS_N64_LE, 0xffff_ffff_0000_0000L).relocate();
        assertEquals(List.of(64L, 32L), heads(result));
        assertEquals(
                List.of(0x3c19_8028, 0x6739_a740, 0x0320_0008, 0, 0x3c19_8094, 0x6739_ffe8, 0x0320_0008, 0),
                result.wordsAt(RegionKind.CORE, 0, 8));
    }

    @Test
    void n64ReachesAnyAddress() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_N64_BE)
                .at(0xc000_0000_0000_2000L)
                .exports("far", 0x9800_0000_0012_9abcL)
                .with(SHARED);
        laid.builder().text(JAL, 0).relocation(".text", 0, R_26, "far");
        DryLoad.Result result = laid.relocate();
        assertEquals(
                List.of(
                        0x3c19_9800, // lui    $25,%highest
                        0x6739_0000, // daddiu $25,$25,%higher
                        0x0019_cc38, // dsll   $25,$25,16
                        0x6739_0013, // daddiu $25,$25,%hi
                        0x0019_cc38, // dsll   $25,$25,16
                        0x6739_9abc, // daddiu $25,$25,%lo
                        0x0320_0008, // jr     $25
                        0),
                result.wordsAt(RegionKind.CORE, 0, 8));
        assertEquals(JAL | 0x2000 >> 2, result.word(".text", 0));
    }

    @Test
    void whereOnlyBitsAbove31DifferAStubGoesWhereTheKernelWouldJumpWrong() {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_N64_BE).at(0xc000_0000_0000_2000L).exports("far", 0x9800_0000_0000_9abcL);
        laid.builder().text(JAL, 0).relocation(".text", 0, R_26, "far");
        assertEquals(JAL | 0x9abc >> 2, laid.relocate().word(".text", 0));
        assertEquals(1, laid.with(SHARED).relocate().relocated().stubs().size());
    }

    @Test
    void since64StubsAreInTheRegionsOfCode() {
        DryLoad.Result result =
                calls(ElfTarget.MIPS_O32_LE, 0).under(Loads.LINUX_6_12).relocate();
        assertEquals(
                List.of(RegionKind.TEXT, RegionKind.INIT_TEXT),
                result.plan().regions().stream()
                        .filter(region -> region.headBytes() > 0)
                        .map(Region::kind)
                        .toList());
        assertEquals(0x3c19_8028, result.wordsAt(RegionKind.TEXT, 0, 1).get(0));
        assertEquals(0x3c19_8028, result.wordsAt(RegionKind.INIT_TEXT, 0, 1).get(0));
    }

    @Test
    void callsWithOtherAddendsHaveStubsOfTheirOwn() {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).exports("f", 0x8000_1000L).with(SHARED);
        laid.builder().text(JAL, 0, JAL | 2, 0, JAL | 2, 0);
        laid.builder()
                .relocation(".text", 0, R_26, "f")
                .relocation(".text", 8, R_26, "f")
                .relocation(".text", 16, R_26, "f");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of(32L, 0L), heads(result));
        assertEquals(
                List.of(Address.of(0x8000_1000L), Address.of(0x8000_1008L)),
                result.relocated().stubs().stream().map(Stub::target).toList());
    }

    @Test
    void twoNamesOfOneTargetShareAStub() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_N64_LE)
                .exports("f", 0xffff_ffff_8000_1000L)
                .exports("g", 0xffff_ffff_8000_1008L)
                .with(SHARED);
        laid.builder().text(JAL, 0, JAL, 0).relocation(".text", 0, R_26, "f", 8).relocation(".text", 8, R_26, "g");
        DryLoad.Result result = laid.relocate();
        assertEquals(1, result.relocated().stubs().size());
        assertEquals(JAL | 0, result.word(".text", 0));
        assertEquals(result.word(".text", 0), result.word(".text", 8));
    }

    @Test
    void callsWithinARegionAreNotCountedAndCallsAcrossAre() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE).with(SHARED);
        laid.builder().text(JAL, 0, 0, 0).initText(JAL, 0);
        laid.builder()
                .function("near", ".text", 8)
                .relocation(".text", 0, R_26, "near")
                .relocation(".init.text", 0, R_26, "near");
        DryLoad.Result together = laid.relocate();
        assertEquals(List.of(0L, 16L), heads(together));
        assertTrue(together.relocated().stubs().isEmpty());
        assertEquals(JAL | 8 >> 2, together.word(".text", 0));

        DryLoad.Result apart = laid.at(RegionKind.INIT, 0xd000_0000L).relocate();
        assertEquals(1, apart.relocated().stubs().size());
        // lui $25,0xc000; addiu $25,$25,8; the stub lies at 0xd0000000
        assertEquals(List.of(0x3c19_c000, 0x2739_0008), apart.wordsAt(RegionKind.INIT, 0, 2));
        assertEquals(JAL, apart.word(".init.text", 0));
    }

    @Test
    void whatReachesNeedsNoStub() {
        DryLoad laid = calls(ElfTarget.MIPS_O32_LE, 0).at(0x8100_0000L);
        DryLoad.Result result = laid.relocate();
        assertTrue(result.relocated().stubs().isEmpty());
        assertEquals(JAL | 0x0027_a740 >> 2, result.word(".text", 0));
        assertEquals(List.of(0, 0, 0, 0), result.wordsAt(RegionKind.CORE, 0, 4));
    }

    @Test
    void aStubBeyondTheCallersSegmentIsRefused() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE)
                .exports("_mcount", 0x8027_a740L)
                .at(0xcfff_f000L)
                .with(SHARED);
        laid.builder().code(".text").zeros(0x1000).words(JAL, 0);
        laid.builder().relocation(".text", 0x1000, R_26, "_mcount");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Optional.of("module m: relocation overflow"), refused.kernelMessage());
        assertEquals(
                "m: .text+0x1000: R_MIPS_26 against _mcount+0x0: target 0x8027a740 is out of reach, and so is the stub at"
                        + " 0xcffff000, at the head of the caller's region; place the region within one 256 MB segment",
                refused.getMessage());
    }

    @Test
    void misalignedTargetsAreRefusedNotBridged() {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).exports("f", 0x8000_1002L).with(SHARED);
        laid.builder().text(JAL, 0).relocation(".text", 0, R_26, "f");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Optional.of("module m: dangerous R_MIPS_26 relocation"), refused.kernelMessage());
        assertTrue(refused.getMessage().contains("0x80001002"), refused.getMessage());
    }

    @Test
    void theKernelHasNone() {
        DryLoad laid = calls(ElfTarget.MIPS_O32_LE, 0).with(LoadPolicy.kernelExact());
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Optional.of("module m: relocation overflow"), refused.kernelMessage());
    }

    @Test
    void release6CompactCallsGetStubsToo() {
        // balc counts from the next instruction: the word in place, 0xebffffff, holds -1, that is -4 bytes.
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_R6_BE)
                .exports("f", 0x8027_a740L)
                .with(SHARED);
        laid.builder().text(0, 0xebff_ffff, 0xebff_ffff);
        laid.builder().relocation(".text", 4, R_PC26, "f").relocation(".text", 8, R_PC26, "f");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of(16L, 0L), heads(result));
        assertEquals(List.of(0x3c19_8028, 0x2739_a740, 0x0320_0009, 0), result.wordsAt(RegionKind.CORE, 0, 4));
        // .text is at 0xc0000010: from 0xc0000018 back to 0xc0000000 are 6 words, from 0xc000001c 7.
        assertEquals(0xebff_fffa, result.word(".text", 4));
        assertEquals(0xebff_fff9, result.word(".text", 8));
    }

    private static List<Long> heads(DryLoad.Result result) {
        return result.plan().regions().stream().map(Region::headBytes).toList();
    }
}
