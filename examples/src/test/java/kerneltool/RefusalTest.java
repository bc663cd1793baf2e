package kerneltool;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThatLoading;

import io.modrt.error.Errno;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import org.junit.jupiter.api.Test;

class RefusalTest {
    @Test
    void anUnknownSymbolIsNamed() {
        FakeKernel kernel = FakeKernel.builder()
                .arch("mips-o32")
                .exports("printk", 0xc8000000L)
                .build();
        assertThatLoading(KernelModuleBuilder.of(ElfTarget.MIPS_O32_BE, "mine")
                        .imports("printk")
                        .imports("prinkt"))
                .on(kernel)
                .failsWith(UnresolvedSymbolsException.class)
                .withErrno(Errno.ENOENT)
                .withKernelMessage("mine: Unknown symbol prinkt (err -2)")
                .leavingNoTrace();
    }
}
