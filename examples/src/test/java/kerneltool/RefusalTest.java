package kerneltool;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThatLoading;

import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.junit.ForKernel;
import org.junit.jupiter.api.Test;

@ForKernel(exports = "printk=0xc8000000", madeUpSymbols = false)
class RefusalTest {
    @Test
    void anUnknownSymbolIsNamed(FakeKernel kernel) {
        KernelModuleBuilder mine = KernelModuleBuilder.of(ElfTarget.MIPS_O32_BE, "mine");
        assertThatLoading(mine.imports("printk").imports("prinkt"))
                .on(kernel)
                .failsWith(UnresolvedSymbolsException.class)
                .withKernelMessage("mine: Unknown symbol prinkt (err -2)")
                .leavingNoTrace();
    }
}
