package io.modrt.engine.layout;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteXorExecuteTest {
    private static final KernelProfile STRICT =
            KernelProfile.of(KernelVersion.parse("6.1.0")).with(ConfigOption.STRICT_MODULE_RWX, true);

    private static List<Section> trampoline() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, 9);
        elf.section(".trampoline", 1, 5, new byte[4]);
        return ElfFile.view("m.ko", elf.bytes(), elf.bytes().length).sections();
    }

    private static void check(List<Section> sections, KernelProfile profile, Findings findings) {
        WriteXorExecute.check(sections, "m", profile, findings);
    }

    @Test
    void writableCodeIsForKernelsWithoutStrictMemory() {
        Findings exact = new Findings("m", LoadPolicy.kernelExact());
        assertDoesNotThrow(() -> check(trampoline(), STRICT.with(ConfigOption.STRICT_MODULE_RWX, false), exact));
        FormatException refusal = assertThrows(FormatException.class, () -> check(trampoline(), STRICT, exact));
        assertEquals(
                "m.ko: section 1 (.trampoline): is writable and executable, which STRICT_MODULE_RWX forbids; relax"
                        + " Rule.WRITE_XOR_EXECUTE to load it",
                refusal.getMessage());
        assertEquals(
                "m: section .trampoline (index 1) has invalid WRITE|EXEC flags",
                refusal.kernelMessage().orElseThrow());
    }

    @Test
    void itPassesWithADiagnosticWhereTheRuleIsRelaxed() {
        Findings relaxed = new Findings("m", LoadPolicy.kernelExact().relaxed(Rule.WRITE_XOR_EXECUTE));
        check(trampoline(), STRICT, relaxed);
        assertEquals(
                List.of(
                        "m: m.ko: section 1 (.trampoline): is writable and executable, which STRICT_MODULE_RWX forbids"),
                relaxed.list().stream().map(Object::toString).toList());
    }

    @Test
    void theFlagsThatTheArchitectureGivesASectionCount() {
        List<Section> shaped = trampoline().stream()
                .map(s -> s.isNamed(".trampoline") ? s.shaped(s.sizeBytes(), 6, 4) : s)
                .toList();
        assertDoesNotThrow(() -> check(shaped, STRICT, new Findings("m", LoadPolicy.kernelExact())));
    }
}
