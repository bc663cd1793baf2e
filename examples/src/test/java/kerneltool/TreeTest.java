package kerneltool;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.KernelModuleBuilder;
import org.junit.jupiter.api.Test;

class TreeTest {
    private final KernelModuleBuilder library = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "library")
            .text(0xd65f03c0)
            .function("helper", ".text", 0)
            .exports("helper");
    private final KernelModuleBuilder user = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "user")
            .imports("helper")
            .info("depends", "library")
            .info("alias", "fs-user");

    @Test
    void anAliasBringsWhatItNeeds() {
        FakeKernel kernel =
                FakeKernel.builder().tree(FileTrees.with(user, library)).build();
        kernel.runtime().load("fs-user");
        assertThat(kernel).hasModules("user", "library");
    }
}
