package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.Export;
import io.modrt.module.ModuleFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types by name, exports of every age, and what a builder refuses. */
class KernelModuleBuilderTest {

    private static KernelModuleBuilder exporter(ElfTarget target) {
        return KernelModuleBuilder.of(target, "m")
                .data(0, 0)
                .object("one", ".data", 0)
                .object("two", ".data", 4)
                .exports("one", export -> export.crc(0x1234_5678))
                .exports("two", export -> export.crc(7).gplOnly());
    }

    @Test
    void typesAreNamedAsThePsabisNameThem() {
        assertEquals(4, ElfTarget.MIPS_O32_LE.relocationType("R_MIPS_26"));
        assertEquals(12, ElfTarget.PARISC_32.relocationType("R_PARISC_PCREL17F"));
        assertEquals(283, ElfTarget.AARCH64_BE.relocationType("R_AARCH64_CALL26"));
        assertEquals(2, ElfTarget.X86_64.relocationType("R_X86_64_PC32"));
        assertEquals(19, ElfTarget.RISCV_64.relocationType("R_RISCV_CALL_PLT"));

        byte[] byName = KernelModuleBuilder.of(ElfTarget.PARISC_32, "m")
                .text(0, 0)
                .relocation(".text", 0, "R_PARISC_PCREL17F", "printk")
                .relocation(".text", 4, "R_PARISC_DIR21L", "printk", 8)
                .build();
        byte[] byNumber = KernelModuleBuilder.of(ElfTarget.PARISC_32, "m")
                .text(0, 0)
                .relocation(".text", 0, 12, "printk")
                .relocation(".text", 4, 2, "printk", 8)
                .build();
        assertArrayEquals(byNumber, byName);
    }

    @Test
    void aNameThatIsNoTypesIsRefusedWithThoseThatAre() {
        assertEquals(
                "machine 8 has no relocation type R_MIPS_CALL26; its types are called like R_MIPS_16",
                refusal(() -> ElfTarget.MIPS_O32_LE.relocationType("R_MIPS_CALL26")));
        assertEquals(
                "machine 183 has no relocation type R_AARCH64_26; it has R_AARCH64_CALL26, R_AARCH64_JUMP26",
                refusal(() -> ElfTarget.AARCH64_LE.relocationType("R_AARCH64_26")));
        ElfTarget other = new ElfTarget(
                ElfTarget.X86_64.encoding(), 99, 0, ElfTarget.X86_64.addends(), ElfTarget.X86_64.tables());
        assertEquals(
                "R_X_1: the names of machine 99's relocation types are not known; give the number",
                refusal(() -> other.relocationType("R_X_1")));
    }

    private static String refusal(Runnable wrong) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, wrong::run).getMessage());
    }

    @Test
    void anExportOfWhatIsNotDefinedIsRefused() {
        KernelModuleBuilder module =
                exporter(ElfTarget.MIPS_O32_LE).exports("three").imports("four");
        IllegalStateException refused = assertThrows(IllegalStateException.class, module::build);
        assertEquals("m exports three, which it does not define; it defines one, two", refused.getMessage());
        KernelModuleBuilder imported = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m")
                .imports("four")
                .exports("four");
        assertEquals(
                "m exports four, which it does not define; it defines nothing",
                assertThrows(IllegalStateException.class, imported::build).getMessage());
    }

    /** Bytes of a record, the type of its first relocation, and bytes of a CRC, as the builds of these kernels leave them. */
    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "2.6.32, MIPS_O32_LE,  8,   2, 4",
        "2.6.32, MIPS_N64_BE, 16,  18, 8",
        "4.9.0,  PARISC_64,   16,  80, 8",
        "4.14.0, AARCH64_LE,  16, 257, 4",
        "4.19.0, AARCH64_LE,   8, 261, 4",
        "5.3.0,  MIPS_N64_LE, 16,  18, 4",
        "5.4.0,  AARCH64_LE,  12, 261, 4",
        "6.12.0, PARISC_32,   12,   1, 4"
    })
    void exportsAreThoseOfTheKernelsAge(String version, String target, long recordBytes, int type, long crcBytes)
            throws ReflectiveOperationException {
        ElfTarget elfTarget = (ElfTarget) ElfTarget.class.getField(target).get(null);
        ModuleFile module =
                ModuleFile.open(exporter(elfTarget).forKernel(version).build());
        ElfFile elf = module.elf();
        Section table = elf.section("__ksymtab").orElseThrow();
        RelocationSection relocations = elf.relocationSections().stream()
                .filter(section -> section.target().index() == table.index())
                .findFirst()
                .orElseThrow();

        assertEquals(recordBytes, table.sizeBytes());
        assertEquals(type, relocations.type(0));
        assertEquals(crcBytes, elf.section("__kcrctab").orElseThrow().sizeBytes());
        assertEquals(
                List.of("one PLAIN 12345678", "two GPL 7"),
                module.exports().stream().map(KernelModuleBuilderTest::text).toList());
        assertEquals(
                Optional.of(version + " SMP mod_unload modversions "),
                module.info().vermagic());
    }

    private static String text(Export export) {
        ExportKind kind = export.kind();
        return export.name() + " " + kind + " "
                + Integer.toHexString(export.crc().orElseThrow());
    }

    @Test
    void aKernelsOwnVermagicIsTheModules() {
        String vermagic = "5.10.0-8-arm64 SMP mod_unload modversions aarch64";
        ModuleFile module = ModuleFile.open(exporter(ElfTarget.AARCH64_LE)
                .forKernel(KernelProfile.ofVermagic(vermagic))
                .build());
        assertEquals(Optional.of(vermagic), module.info().vermagic());
        assertEquals(List.of("m"), module.info().all("name"));
        ModuleFile old = ModuleFile.open(
                exporter(ElfTarget.AARCH64_LE).forKernel("4.9.0").build());
        assertEquals(List.of(), old.info().all("name"));
        assertEquals("m", old.name());
    }

    @Test
    void placeholdersAreThereUnlessTheyAreLeftOut() {
        ModuleFile module = ModuleFile.open(exporter(ElfTarget.AARCH64_LE).build());
        for (String name : List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")) {
            assertEquals(1, module.elf().section(name).orElseThrow().sizeBytes(), name);
        }
        ModuleFile bare = ModuleFile.open(
                exporter(ElfTarget.AARCH64_LE).withoutPlaceholders().build());
        assertTrue(bare.elf().section(".plt").isEmpty());
    }
}
