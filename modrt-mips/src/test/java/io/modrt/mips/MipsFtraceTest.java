package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.error.FormatException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The call sites of traced functions: GNU as assembled their words, and live kernels were seen to write the new ones. */
class MipsFtraceTest {
    private static final long SITE = 0xc000_0008L;
    private static final TracingSites O32 = Kernels.of(ElfTarget.MIPS_O32_LE).tracing();
    private static final TracingSites N64 = Kernels.of(ElfTarget.MIPS_N64_LE).tracing();

    @Test
    void o32BranchesOverFiveInstructionsAndThenClearsTheSecondWord() {
        Words words = Words.at(
                SITE,
                0x3c03_8027, // lui   $3,%hi(_mcount)
                0x2463_a740, // addiu $3,$3,%lo(_mcount)
                0x03e0_0825, // or    $1,$31,$0
                0x0000_6025, // or    $12,$0,$0
                0x0060_f809, // jalr  $3
                0x27bd_fff8); // addiu $29,$29,-8
        O32.writeOff(SITE, words);
        // 0x10000005: b .+0x18
        assertEquals(List.of(Map.entry(SITE, 0x1000_0005), Map.entry(SITE + 4, 0)), inOrder(words));
    }

    @Test
    void o32WithoutTheGraphTracerHasOneInstructionLess() {
        Words words = Words.at(SITE, 0x3c03_8027, 0x2463_a740, 0x03e0_0825, 0x0060_f809, 0x27bd_fff8);
        KernelProfile untraced = Kernels.LINUX_6_1.with(ConfigOption.FUNCTION_GRAPH_TRACER, false);
        Kernels.of(ElfTarget.MIPS_O32_LE, untraced).tracing().writeOff(SITE, words);
        assertEquals(List.of(Map.entry(SITE, 0x1000_0004), Map.entry(SITE + 4, 0)), inOrder(words));
    }

    @Test
    void n64WritesTheBranchAlone() {
        Words words = Words.at(SITE, 0x3c03_8401, 0x6463_7080, 0x03e0_0825, 0x0060_f809, 0x0000_6025);
        N64.writeOff(SITE, words);
        // 0x10000004: b .+0x14
        assertEquals(List.of(Map.entry(SITE, 0x1000_0004)), inOrder(words));
    }

    @Test
    void aShortCallBecomesANopSinceABranchWouldPassTheFunctionItself() {
        Words o32 = Words.at(SITE, 0x0c00_0000, 0x27bd_fff8); // jal stub; addiu $29,$29,-8
        O32.writeOff(SITE, o32);
        assertEquals(List.of(Map.entry(SITE, 0), Map.entry(SITE + 4, 0)), inOrder(o32));

        Words n64 = Words.at(SITE, 0x0f00_1234, 0x0000_6025); // jal stub; or $12,$0,$0
        N64.writeOff(SITE, n64);
        assertEquals(List.of(Map.entry(SITE, 0)), inOrder(n64));
    }

    @Test
    void aSiteOutsideTheModuleIsRefused() {
        Words words = Words.at(SITE, 0);
        assertThrows(FormatException.class, () -> O32.writeOff(SITE - 4, words));
    }

    @Test
    void sitesAreListedAsTheyAre() {
        assertEquals("__mcount_loc", O32.tableSection());
        assertEquals(SITE, O32.site(SITE, Words.at(SITE)));
    }

    private static List<Map.Entry<Long, Integer>> inOrder(Words words) {
        return List.copyOf(words.written().entrySet());
    }
}
