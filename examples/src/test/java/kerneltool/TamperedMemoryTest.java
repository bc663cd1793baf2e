package kerneltool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernelImage;
import io.modrt.testkit.KernelImageBuilder;
import io.modrt.testkit.KernelModuleBuilder;
import org.junit.jupiter.api.Test;

class TamperedMemoryTest {
    @Test
    void aChangedInstructionIsFound() {
        KernelModuleBuilder driver = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "driver");
        driver.text(0x24020001, 0x03e00008, 0); // li v0,1; jr ra; nop
        driver.function("probe", ".text", 0);
        FakeKernelImage machine =
                KernelImageBuilder.of(ElfTarget.MIPS_O32_LE).module(driver).build();
        assertTrue(machine.image().verify().isClean());
        machine.putCode("probe", 0x24020000); // li v0,0
        String found = machine.image().verify().table();
        assertTrue(found.contains("NOT CLEAN  driver"), found);
    }
}
