package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.error.FormatException;
import io.modrt.kernel.ConfigOption;
import io.modrt.spi.StaticBranches;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.SectionBuilder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code module_finalize} makes of static branches. GNU as assembled the words. */
class MipsJumpLabelsTest {

    static List<ElfTarget> targets() {
        return List.of(ElfTarget.MIPS_O32_LE, ElfTarget.MIPS_O32_BE, ElfTarget.MIPS_N64_LE, ElfTarget.MIPS_N64_BE);
    }

    /** A module with a static branch in {@code .text} at each of these offsets, all of one key. */
    private static DryLoad module(ElfTarget target, int[] sites, int... words) {
        DryLoad laid = Loads.module(target);
        laid.builder().text(words).data(0, 0, 0, 0).object("key", ".data", 0);
        laid.builder().function("code", ".text", 0);
        SectionBuilder table = laid.builder().writable("__jump_table");
        for (int site : sites) {
            table.pointer(laid.builder().symbol("code"), site)
                    .pointer(laid.builder().symbol("code"), words.length * 4L - 4)
                    .pointer(laid.builder().symbol("key"));
        }
        return laid;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void branchesThatAreNotTakenBecomeNopsAndTheOthersKeepTheirJump(ElfTarget target) {
        int[] words = {
            0x1000_0001, // b .+8
            0x2402_0001, // addiu $2,$0,1
            0x0800_1234, // j
            0x0000_0000, // nop
            0x1000_0001, // b .+8, not in the table
            0x03e0_0008 // jr $31
        };
        DryLoad.Result result = module(target, new int[] {0, 8}, words).relocate();
        assertEquals(0, result.word(".text", 0));
        assertEquals(0x2402_0001, result.word(".text", 4));
        assertEquals(0x0800_1234, result.word(".text", 8));
        assertEquals(0x1000_0001, result.word(".text", 16));
    }

    @Test
    void release6HasCompactBranches() {
        int[] words = {
            0xc800_0000, // bc .+4
            0xc800_0004, // bc .+20
            0x2402_0001 // addiu $2,$0,1
        };
        DryLoad.Result result =
                module(ElfTarget.MIPS_N64_R6_LE, new int[] {0, 4}, words).relocate();
        assertEquals(0, result.word(".text", 0));
        assertEquals(0xc800_0004, result.word(".text", 4));
    }

    /** GNU as assembled {@code j} and, for Release 6, {@code bc} to labels 0x40 bytes ahead and 0x40 bytes back. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "MIPS_O32_BE, 08000050, 08000030",
        "MIPS_O32_LE, 50000008, 30000008",
        "MIPS_N64_R6_LE, 0f0000c8, efffffcb"
    })
    void aBranchIsANopOrAJumpToItsTarget(String target, String forth, String back) throws ReflectiveOperationException {
        ElfTarget machine = (ElfTarget) ElfTarget.class.getField(target).get(null);
        StaticBranches branches = Kernels.of(machine).staticBranches().orElseThrow();
        long site = 0xc000_0100L;
        assertEquals(4, branches.sizeBytes(site, Words.at(site, 0)));
        assertArrayEquals(new byte[4], branches.notTaken(4));
        StaticBranches.BranchSite place = new StaticBranches.BranchSite(site, 4);
        assertEquals(forth, HexFormat.of().formatHex(branches.taken(place, site + 0x40)));
        assertEquals(back, HexFormat.of().formatHex(branches.taken(place, site - 0x40)));
    }

    @Test
    void kernelsWithoutJumpLabelsLeaveTheCompilersWords() {
        DryLoad laid = module(ElfTarget.MIPS_O32_LE, new int[] {0}, 0x1000_0001, 0)
                .under(Loads.LINUX_6_1.with(ConfigOption.JUMP_LABEL, false));
        assertEquals(0x1000_0001, laid.relocate().word(".text", 0));
    }

    @Test
    void aSiteOutsideTheModuleIsRefused() {
        DryLoad laid = module(ElfTarget.MIPS_O32_LE, new int[] {0x0100_0000}, 0x1000_0001, 0);
        assertThrows(FormatException.class, laid::relocate);
    }
}
