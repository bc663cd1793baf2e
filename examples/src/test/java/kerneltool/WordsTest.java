package kerneltool;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.load.LiveModule;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.junit.ForKernel;
import org.junit.jupiter.api.Test;

@ForKernel(value = "mips-o32", exports = "_mcount=0xc8000000", madeUpSymbols = false)
class WordsTest {
    @Test
    void aCallIsRelocated(FakeKernel kernel) {
        LiveModule module = kernel.load(BundledModules.file("mips-o32-be-r2/farcall.ko"));
        assertThat(module).holds(".text+0x8", 0x0e000000); // jal _mcount
        assertThat(module).callAt(".text+0x8").arrivesAt("_mcount").directly();
        assertThat(module).isAsLoaded();
        module.forceUnload(); // a test that leaves a module behind fails
    }
}
