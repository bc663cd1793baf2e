package io.modrt.mips;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.load.LiveModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import org.junit.jupiter.api.Test;

/** Where calls arrive, read from the code in memory. */
class MipsCallsTest {
    private static final int JAL = 0x0c00_0000;
    private final FakeKernel kernel = FakeKernel.builder()
            .exports("near", 0xc800_0000L)
            .exports("far", 0x8010_0000L)
            .policy(LoadPolicy.kernelExact().stubs(StubPolicy.SHARED))
            .build();
    private final LiveModule module = kernel.load(KernelModuleBuilder.of(ElfTarget.MIPS_O32_BE, "m")
            .text(JAL, 0, JAL, 0, 0x3c19_0000, 0x2739_0000, 0x0320_f809, 0)
            .relocation(".text", 0, "R_MIPS_26", "near")
            .relocation(".text", 8, "R_MIPS_26", "far")
            .relocation(".text", 16, "R_MIPS_HI16", "far")
            .relocation(".text", 20, "R_MIPS_LO16", "far"));

    @Test
    void callsAreFollowedThroughStubsAndRegisters() {
        assertThat(module).callAt(".text").arrivesAt("near").directly();
        assertThat(module).callAt(".text+8").arrivesAt("far").throughStub();
        assertThat(module).callAt(".text+16").arrivesAt(0x8010_0000L).directly();
    }

    /** The second jal goes to the stub; a stub whose code was changed leads elsewhere, whatever its relocation said. */
    @Test
    void theCodeInMemoryDecides() {
        byte[] address = {0x27, 0x39, 0x10, 0x00}; // addiu t9,t9,0x1000
        kernel.memory().write(module.stubs().get(0).address().plus(4), address, 0, 4);
        AssertionError wrong = assertThrows(
                AssertionError.class, () -> assertThat(module).callAt(".text+8").arrivesAt("far"));
        assertTrue(wrong.getMessage().contains("but arrives at 0x80101000\n"), wrong.getMessage());
    }

    @Test
    void bundledModulesAreNamedByTheirSymbols() {
        LiveModule farcall = FakeKernel.of("mips-o32").load(BundledModules.file("mips-o32-be-r2/greeter.ko"));
        assertThat(farcall).isAsLoaded();
    }
}
