package io.modrt.parisc;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.LiveModule;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where calls arrive: through stubs, slots of the GOT and function descriptors. */
class PariscCallsTest {
    private static final int BRANCH = 0xe840_0000; // b,l

    @Test
    void inNarrowModulesACallGoesThroughALongBranch() {
        LiveModule module = FakeKernel.builder()
                .exports("printk", 0x1010_0000L)
                .exports("$global$", 0x1080_0000L)
                .build()
                .load(KernelModuleBuilder.of(ElfTarget.PARISC_32, "m")
                        .text(BRANCH, 0x0800_0240)
                        .relocation(".text", 0, "R_PARISC_PCREL17F", "printk"));
        assertThat(module).callAt(".text").arrivesAt("printk").throughStub();
    }

    @Test
    void inWideModulesACallGoesThroughTheGotAndADescriptor() {
        LiveModule module = FakeKernel.builder()
                .symbols(name -> name.equals("printk")
                        ? Optional.of(
                                KernelSymbol.of(name, Address.of(0x4090_0000L)).withCode(Address.of(0x4010_0000L)))
                        : Optional.empty())
                .build()
                .load(KernelModuleBuilder.of(ElfTarget.PARISC_64, "m")
                        .text(0xe800_a000, 0x0800_0240)
                        .relocation(".text", 0, "R_PARISC_PCREL22F", "printk"));
        assertThat(module)
                .callAt(".text")
                .arrivesAt("printk")
                .arrivesAt(0x4010_0000L)
                .throughStub()
                .throughGot()
                .throughDescriptor();
    }

    @Test
    void callsOfBundledModulesGoThroughTheGot() {
        LiveModule greeter = FakeKernel.of("parisc64").load(BundledModules.file("parisc-64/greeter.ko"));
        assertThat(greeter)
                .callAt("say_plain+0x24")
                .arrivesAt("_printk")
                .throughGot()
                .and()
                .isAsLoaded();
    }
}
