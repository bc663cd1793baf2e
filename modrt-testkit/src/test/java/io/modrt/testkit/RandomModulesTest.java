package io.modrt.testkit;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.sample.SampleArch;
import io.modrt.version.KernelVersion;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random modules are well formed: they load, verify clean and unload, and a seed gives the same again. */
class RandomModulesTest {
    private static final RandomModules MODULES = RandomModules.of(ElfTarget.AARCH64_LE);

    static Stream<RandomModule> modules() {
        return MODULES.modules(60);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachLoadsVerifiesCleanAndUnloads(RandomModule module) {
        FakeKernel kernel = FakeKernel.of(new SampleArch(), KernelSymbols.synthetic());
        LiveModule live = kernel.load(module.bytes());
        assertThat(live).isAsLoaded();
        assertEquals(live.file().exports().size(), live.exports().size());
        live.forceUnload();
        assertThat(kernel).hasNoModules().leaksNoMemory();
    }

    @Test
    void aSeedGivesOneModule() {
        assertArrayEquals(MODULES.module(7).bytes(), MODULES.module(7).bytes());
        assertEquals("random_7", MODULES.module(7).file().name());
        assertEquals(7, MODULES.module(7).seed());
        assertEquals(
                "module of seed 7 for machine 183, ELF64, little endian, flags 0x0",
                MODULES.module(7).toString());
    }

    /** Over sixty seeds everything that can be drawn is drawn. */
    @Test
    void modulesHaveAllThatTheyMayHave() {
        for (String section : new String[] {
            ".text",
            ".text.unlikely",
            ".init.text",
            ".exit.text",
            ".rodata",
            ".data",
            ".data.rel.ro",
            ".init.data",
            ".bss",
            "__ksymtab",
            "__ksymtab_gpl",
            "__kcrctab",
            "__ex_table",
            "__jump_table"
        }) {
            assertTrue(
                    modules()
                            .anyMatch(module ->
                                    module.file().elf().section(section).isPresent()),
                    section);
        }
        assertTrue(modules().anyMatch(module -> !module.file().imports().isEmpty()));
    }

    @Test
    void aMachineWithoutFormsHasModulesWithoutCode() {
        ModuleFile file = RandomModules.of(ElfTarget.X86_64).module(3).file();
        assertTrue(file.elf().section(".text").isEmpty());
        assertTrue(file.elf().section(".data").isPresent()
                || file.elf().section(".rodata").isPresent());
    }

    @Test
    void modulesAreMadeForTheKernelThatIsAsked() {
        RandomModules old = MODULES.forKernel(KernelProfile.of(new KernelVersion(4, 9, 0)));
        assertEquals(
                Optional.of("4.9.0 SMP mod_unload modversions "),
                old.module(1).file().info().vermagic());
    }
}
