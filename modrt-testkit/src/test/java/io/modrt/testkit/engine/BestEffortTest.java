package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Broken modules and plain objects, for those who want to see what there is. */
class BestEffortTest {
    private static final int ABS64 = 257;
    private static final int ABS32 = 258;
    private static final LoadPolicy BEST = LoadPolicy.kernelExact().bestEffort();

    private final ModuleRuntime runtime = Samples.runtime()
            .kernelSymbols(
                    KernelSymbols.of(Map.of("far", Address.of(0xffff_8000_0000_0000L), "small", Address.of(0x77))))
            .build();

    private static KernelModuleBuilder broken() {
        return Samples.module("broken")
                .data(0x1111_1111, 0x2222_2222, 0x3333_3333)
                .relocation(".data", 0, ABS32, "small")
                .relocation(".data", 4, ABS32, "far") // does not fit
                .relocation(".data", 8, 9999, "small") // no such type
                .relocation(".data", 12, ABS32, "missing"); // nobody exports it
    }

    @Test
    void byDefaultTheFirstFailureStopsTheLoad() {
        KernelModuleBuilder module = Samples.module("broken").relocation(".data", 4, ABS32, "far");

        RelocationException refused = assertThrows(RelocationException.class, () -> runtime.load(Samples.file(module)));
        assertEquals("far", refused.place().orElseThrow().symbol());
        assertTrue(
                refused.getMessage().startsWith("broken: .data+0x4: R_AARCH64_ABS32 against far+0x0: "),
                refused.getMessage());
    }

    @Test
    void eachFailureIsToldAndItsPlaceLeftAsItWas() {
        LiveModule module = runtime.load(Samples.file(broken(), BEST), BEST);

        byte[] data = new byte[20];
        runtime.memory().read(module.address(".data").orElseThrow(), data, 0, data.length);
        assertArrayEquals(
                new byte[] {
                    0x77, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22, 0x33, 0x33, 0x33, 0x33
                },
                data);
        List<String> left = module.diagnostics().stream()
                .filter(told -> told.kind() == Kind.LEFT_AS_IT_WAS)
                .map(Diagnostic::where)
                .toList();
        assertEquals(
                List.of(
                        "broken: .data+0x4: R_AARCH64_ABS32 against far+0x0",
                        "broken: .data+0x8: type 9999 against small+0x0",
                        "broken: .data+0xc: R_AARCH64_ABS32 against missing+0x0"),
                left);
    }

    @Test
    void aPlainObjectLoadsToo() {
        ElfBuilder object = ElfBuilder.relocatable(ElfTarget.AARCH64_LE);
        SectionBuilder section = object.writable(".data").words(0, 0);
        section.relocation(0, ABS64, object.symbol("answer").in(section, 4));
        byte[] bytes = object.build();

        assertThrows(ModrtException.class, () -> runtime.load(bytes));

        LiveModule module = runtime.load(ModuleFile.open(bytes, BEST), BEST);
        Section data = module.file().elf().section(".data").orElseThrow();
        long address = module.address(".data").orElseThrow().value() + 4;
        byte[] expected = new byte[8];
        for (int i = 0; i < 8; i++) {
            expected[i] = (byte) (address >>> (8 * i));
        }
        assertArrayEquals(expected, module.relocated(data));
    }

    @Test
    void aVermagicThatSaysNothingIsPassedOverAndToldWithoutItsControlCharacters() {
        KernelModuleBuilder module = Samples.module("odd").vermagic("q.1\u001b[2J SMP ");

        assertThrows(ModrtException.class, () -> runtime.load(Samples.file(module)));

        LiveModule loaded = runtime.load(Samples.file(module, BEST), BEST);
        String told = loaded.diagnostics().toString();
        assertTrue(told.contains("q.1\\u001b[2J"), told);
    }
}
