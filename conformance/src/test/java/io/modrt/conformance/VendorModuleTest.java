package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a module from being compared, which takes no tools. */
class VendorModuleTest {
    @TempDir
    Path folder;

    private VendorModule.Outcome outcome(byte[] bytes) throws IOException {
        Path file = folder.resolve("m.ko");
        Files.write(file, bytes);
        return new VendorModule(file, folder).run();
    }

    @Test
    void aFileThatIsNoModuleIsAFault() throws IOException {
        VendorModule.Outcome outcome = outcome("version https://git-lfs\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals(Optional.empty(), outcome.skipped());
        assertEquals(1, outcome.faults().size());
        assertTrue(
                outcome.faults().get(0).startsWith("not opened: m.ko: "),
                outcome.faults().get(0));
    }

    @Test
    void aModuleForAnotherMachineIsSkipped() throws IOException {
        byte[] module = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m").build();
        module[18] = 40; // e_machine: 32-bit Arm
        VendorModule.Outcome outcome = outcome(module);
        assertTrue(outcome.skipped().orElseThrow().startsWith("for a machine without a port, "));
        assertEquals(List.of(), outcome.faults());
    }

    @Test
    void aModuleThatDoesNotSayItsKernelIsSkipped() throws IOException {
        byte[] module = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m").build();
        String text = new String(module, StandardCharsets.ISO_8859_1).replace("vermagic=", "nothing==");
        assertEquals(
                Optional.of("it has no vermagic, and no folder lib/modules/RELEASE holds it"),
                outcome(text.getBytes(StandardCharsets.ISO_8859_1)).skipped());
    }
}
