package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.image.Finding;
import io.modrt.image.FoundModule;
import io.modrt.image.ImageResult;
import io.modrt.kernel.KernelProfile;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of small kernels are found and verified as those of real ones are. */
class KernelImageBuilderTest {
    private static final int NOP = 0xd503_201f;
    private static final int RET = 0xd65f_03c0;

    private static KernelModuleBuilder lower() {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "lower")
                .withoutPlaceholders()
                .text(NOP, NOP, NOP, RET)
                .function("lower_call", ".text", 0)
                .data(0, 0)
                .object("lower_hook", ".data", 0)
                .relocation(".data", 0, "R_AARCH64_ABS64", "lower_call")
                .exports("lower_call");
    }

    private static KernelModuleBuilder upper() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "upper")
                .withoutPlaceholders()
                .text(NOP, RET)
                .initText(RET)
                .function("init_module", ".init.text", 0);
        module.readOnly(".rodata").zeros(16);
        return module.object("upper_table", ".rodata", 0)
                .relocation(".rodata", 0, "R_AARCH64_ABS64", "lower_call")
                .relocation(".rodata", 8, "R_AARCH64_ABS64", "filp_open");
    }

    private static FakeKernelImage machine() {
        return KernelImageBuilder.of(ElfTarget.AARCH64_LE)
                .module(lower())
                .module(upper())
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1.0", "6.12.0"})
    void anUntouchedImageIsClean(String version) {
        String vermagic = version + " SMP mod_unload modversions ";
        KernelModuleBuilder large = lower().vermagic(vermagic);
        large.readOnly(".rodata").zeros(0x1800);
        large.data(new int[0x900]);
        KernelModuleBuilder other = upper().vermagic(vermagic);
        other.writable(".data").zeros(0x1800);
        other.readOnly(".rodata").zeros(0x2800);
        ImageResult result = KernelImageBuilder.of(ElfTarget.AARCH64_LE)
                .profile(KernelProfile.ofVermagic(vermagic))
                .module(large)
                .module(other)
                .build()
                .image()
                .verify();
        assertTrue(result.isClean(), result.table());
        assertEquals(
                List.of("upper", "lower"),
                result.modules().stream().map(found -> found.module().name()).toList());
        assertTrue(result.modules().stream().map(found -> found.module()).allMatch(FoundModule::isListed));
    }

    @Test
    void regionsOfOneSizeCannotBeToldApart() {
        String vermagic = "6.12.0 SMP mod_unload modversions ";
        KernelImageBuilder machine = KernelImageBuilder.of(ElfTarget.AARCH64_LE)
                .profile(KernelProfile.ofVermagic(vermagic))
                .module(lower().vermagic(vermagic));
        String said = assertThrows(IllegalStateException.class, machine::build).getMessage();
        assertTrue(said.startsWith("the regions TEXT and ") && said.contains(" of a module have one size"), said);
    }

    @Test
    void changesAreFound() {
        FakeKernelImage machine = machine();
        machine.putCode("lower_call+4", RET)
                .putPointer("upper_table", machine.address("lower_call").value() + 4);
        ImageResult result = machine.image().verify();
        assertFalse(result.isClean());
        assertEquals(2, result.unexplained(), result.table());
        assertTrue(result.findings().anyMatch(finding -> finding.where().contains("lower_call+0x4")), result.table());
    }

    @Test
    void aModuleThatIsTakenOffTheListIsHidden() {
        FakeKernelImage machine = machine().hide("lower");
        List<Finding> findings =
                machine.image().verify().findings().filter(Finding::isAlarm).toList();
        assertEquals(
                List.of(Finding.Kind.HIDDEN),
                findings.stream().map(Finding::kind).toList());
        assertEquals(Optional.of(machine.structModule("lower")), findings.get(0).place());
    }

    @Test
    void symbolsAreWhereTheTestWantsThem() {
        FakeKernelImage machine = KernelImageBuilder.of(ElfTarget.AARCH64_LE)
                .memory(FakeMemory.filledWith(0))
                .symbol("filp_open", 0xffff_8000_0900_0000L)
                .module(lower())
                .module(upper())
                .build();
        assertEquals(Address.of(0xffff_8000_0900_0000L), machine.address("filp_open"));
        assertTrue(machine.systemMap().contains("ffff800009000000 T filp_open\n"), machine.systemMap());
        assertTrue(machine.systemMap().contains(" T modules\n"));
        assertEquals(2, machine.modules().size());
        assertTrue(machine.tree().open().file("upper").isPresent());
        machine.putData("lower_hook", 1, 2);
        byte[] bytes = new byte[8];
        machine.memory().read(machine.address("lower_hook"), bytes, 0, 8);
        assertEquals("0100000002000000", HexFormat.of().formatHex(bytes));
    }

    @Test
    void whatIsNotThereIsNamed() {
        FakeKernelImage machine = machine();
        assertEquals(
                "no module is called xfs; there are [lower, upper]",
                assertThrows(IllegalArgumentException.class, () -> machine.module("xfs"))
                        .getMessage());
        assertEquals(
                "neither the kernel nor a module has xfs_inactive",
                assertThrows(IllegalArgumentException.class, () -> machine.address("xfs_inactive"))
                        .getMessage());
        assertEquals(
                "an image needs a module",
                assertThrows(
                                IllegalStateException.class,
                                () -> KernelImageBuilder.of(ElfTarget.AARCH64_LE)
                                        .build())
                        .getMessage());
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> KernelImageBuilder.of(ElfTarget.PARISC_32)
                                .module(lower())
                                .build())
                .getMessage()
                .startsWith("no architecture on the path takes files for machine 15, ELF32, big endian"));
    }
}
