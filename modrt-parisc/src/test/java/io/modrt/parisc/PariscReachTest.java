package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.link.Reach;
import io.modrt.link.ReachReport;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The report of how near branches are to their limit, for a module built like the xfs of 2008. */
class PariscReachTest {
    private static final int PCREL17F = 12;
    private static final int BL = 0xe840_0000;
    private static final int NOP = 0x0800_0240;

    @Test
    void theFarthestBranchAndTheFarthestStubOfEachSectionAreTold() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32, "xfs")
                .at(0x0081_0000)
                .under(Loads.LINUX_2_6_29)
                .exports("printk", 0x1012_3450);
        laid.builder().text(BL, NOP, BL, NOP).code(".text").zeros(0x2_0000 - 16).words(BL, NOP, BL, NOP);
        laid.builder()
                .function("far", ".text", 0x2_0008)
                .relocation(".text", 0, PCREL17F, "far")
                .relocation(".text", 8, PCREL17F, "printk")
                .relocation(".text", 0x2_0000, PCREL17F, "printk")
                .relocation(".text", 0x2_0008, PCREL17F, "far");
        laid.builder().code(".text.cold").words(BL, NOP);
        laid.builder().relocation(".text.cold", 0, PCREL17F, "printk");

        ReachReport report = laid.relocate().relocated().reach();

        // 17 bits of words: [-0x40000, 0x3fffc]
        assertEquals(
                List.of(
                        // 0x20008 - 0 - 8
                        "R_PARISC_PCREL17F against far at .text+0x0: 0x20000 within [-0x40000, 0x3fffc], 131068 bytes left,"
                                + " 50.0 % used",
                        // to the second of 4 + 1 stubs, the first of which is 40 bytes in front: 8 - 40 - 0x20000 - 8
                        "R_PARISC_PCREL17F against printk by a stub at .text+0x20000: -0x20028 within [-0x40000, 0x3fffc],"
                                + " 131032 bytes left, 50.0 % used",
                        "R_PARISC_PCREL17F against printk by a stub at .text.cold+0x0: -0x18 within [-0x40000, 0x3fffc],"
                                + " 262120 bytes left, 0.0 % used"),
                report.nearest().stream().map(Reach::toString).toList());
        assertEquals("printk", report.tightest().orElseThrow().place().symbol());
        assertEquals(
                List.of(".text+0x20000", ".text+0x0"),
                report.nearest(2).stream()
                        .map(reach -> reach.place().section() + "+0x"
                                + Long.toHexString(reach.place().sectionOffset()))
                        .toList());
        assertEquals("""
                xfs: what is nearest to its limit
                  place           type               goes to            bytes away    reach    used
                  .text+0x0       R_PARISC_PCREL17F  far                    131072   262140  50.0 %
                  .text+0x20000   R_PARISC_PCREL17F  printk, by a stub     -131112  -262144  50.0 %
                  .text.cold+0x0  R_PARISC_PCREL17F  printk, by a stub         -24  -262144   0.0 %""", report.toString());
    }
}
