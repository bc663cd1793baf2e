package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** {@code strip} takes the symbols, and with them the relocations that say what the module exports. */
    @Test
    void aStrippedExporterLoadsAndExportsNothing() {
        ElfEdit edit = ElfEdit.of(Samples.exporter("lender").build());
        for (Section section : ModuleFile.open(edit.build()).elf().sections()) {
            if (section.type() == Section.SHT_SYMTAB || section.type() == Section.SHT_RELA) {
                edit.section(section.index(), ElfField.SH_TYPE, 1);
            }
        }
        byte[] stripped = edit.build();

        ModrtException refused = assertThrows(ModrtException.class, () -> runtime.load(stripped));
        assertEquals(Optional.of("lender: module has no symbols (stripped?)"), refused.kernelMessage());

        LiveModule module = runtime.load(ModuleFile.open(stripped, BEST), BEST);
        assertEquals(List.of(), module.exports());
        assertTrue(
                module.diagnostics().stream()
                        .anyMatch(told -> told.kind() == Kind.LEFT_AS_IT_WAS
                                && told.where().equals("lender: exports")
                                && told.text().contains("has no relocations, which would say what it exports")),
                module.diagnostics().toString());
    }

    /** {@code objcopy --only-keep-debug} leaves sections without contents. */
    @Test
    void aFileOfDebugInformationAloneIsRefusedOrTold() {
        ElfEdit edit = ElfEdit.of(Samples.module("ghost").build());
        for (Section section : ModuleFile.open(edit.build()).elf().sections()) {
            if (section.isAllocated()) {
                edit.section(section.index(), ElfField.SH_TYPE, Section.SHT_NOBITS);
            }
        }
        byte[] debug = edit.build();

        FormatException refused = assertThrows(
                FormatException.class, () -> ModuleFile.open("ghost.debug", debug, LoadPolicy.kernelExact()));
        assertEquals(
                "ghost.debug: .gnu.linkonce.this_module has no contents, nor have 3 other loaded sections, which would be"
                        + " zeros: a file of debug information alone; take the module that it was split off from, or relax"
                        + " Rule.MODULE_SECTIONS",
                refused.getMessage());
        assertTrue(refused.beyondKernel());

        LiveModule module = runtime.load(ModuleFile.open("ghost.debug", debug, BEST), BEST);
        assertTrue(
                module.diagnostics().stream()
                        .anyMatch(told -> told.kind() == Kind.RELAXED_RULE
                                && told.text().endsWith("a file of debug information alone")),
                module.diagnostics().toString());
    }

    // spotless:off
    /** The line about a file without struct module, and about one whose section 0 has a type, at which kernels before 5.10 do not look. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2.6.24, No module found in object,    taken",
        "4.13.0, No module found in object,    taken",
        "4.14.0, m: No module found in object, taken",
        "5.9.0,  m: No module found in object, taken",
        "5.10.0, m: No module found in object, Module has invalid ELF structures",
        "5.16.0, m: No module found in object, ELF Spec violation: section 0 type(1)!=SH_NULL or non-zero len or addr",
    })
    // spotless:on
    void olderKernelsLogLessAboutABrokenFile(String version, String noModule, String noElf) {
        ModuleRuntime kernel = Samples.runtime()
                .profile(KernelProfile.of(KernelVersion.parse(version)))
                .build();
        byte[] module = Samples.module("m").build();
        byte[] renamed = ElfEdit.of(module)
                .section(".gnu.linkonce.this_module", ElfField.SH_FLAGS, 0)
                .build();
        byte[] typed = ElfEdit.of(module).section(0, ElfField.SH_TYPE, 1).build();
        assertEquals(
                Optional.of(noModule),
                assertThrows(FormatException.class, () -> kernel.load(renamed)).kernelMessage());
        if (noElf.equals("taken")) {
            assertEquals("m", kernel.load(typed).name());
        } else {
            FormatException refused = assertThrows(FormatException.class, () -> kernel.load(typed));
            assertEquals(Optional.of(noElf), refused.kernelMessage());
            assertEquals(Errno.ENOEXEC, refused.errno());
        }
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
