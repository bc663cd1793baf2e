package kerneltool;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.load.LiveModule;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.junit.ForKernel;
import org.junit.jupiter.api.Test;

@ForKernel(value = "mips-o32", exports = "printk=0xc8000000")
class WordsTest {
    @Test
    void aCallIsRelocated(FakeKernel kernel) {
        KernelModuleBuilder mine = KernelModuleBuilder.of(ElfTarget.MIPS_O32_BE, "mine");
        mine.text(0x0c000000, 0).relocation(".text", 0, "R_MIPS_26", "printk"); // jal printk; nop
        LiveModule module = kernel.load(mine);
        assertThat(module).holds(".text", 0x0e000000, 0);
        assertThat(module).callAt(".text").arrivesAt("printk").directly();
        module.unload(); // a test that leaves a module behind fails
    }
}
