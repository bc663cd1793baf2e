package io.modrt.mips;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.RandomModule;
import io.modrt.testkit.RandomModules;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random modules load, are in memory as loading makes them, and leave nothing behind. */
class MipsRandomModulesTest {

    static Stream<RandomModule> modules() {
        return Stream.of(
                        ElfTarget.MIPS_O32_LE,
                        ElfTarget.MIPS_O32_BE,
                        ElfTarget.MIPS_O32_R6_BE,
                        ElfTarget.MIPS_N64_LE,
                        ElfTarget.MIPS_N64_BE,
                        ElfTarget.MIPS_N64_R6_LE)
                .flatMap(target -> RandomModules.of(target).modules(40));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachLoadsVerifiesCleanAndUnloads(RandomModule module) {
        FakeKernel kernel = FakeKernel.builder().madeUpSymbols().build();
        LiveModule live = kernel.load(module.bytes());
        assertThat(live).isAsLoaded();
        live.forceUnload();
        assertThat(kernel).hasNoModules().leaksNoMemory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.28", "3.16.0", "4.9.0", "5.3.0", "6.12.0"})
    void modulesOfEveryAgeLoadOnTheirKernels(String version) {
        KernelProfile profile = KernelProfile.ofVermagic(version + " SMP mod_unload modversions ");
        for (ElfTarget target : new ElfTarget[] {
            ElfTarget.MIPS_O32_LE,
            ElfTarget.MIPS_O32_BE,
            ElfTarget.MIPS_O32_R6_BE,
            ElfTarget.MIPS_N64_LE,
            ElfTarget.MIPS_N64_BE,
            ElfTarget.MIPS_N64_R6_LE
        }) {
            RandomModules.of(target).forKernel(profile).modules(10).forEach(module -> {
                FakeKernel kernel =
                        FakeKernel.builder().profile(profile).madeUpSymbols().build();
                assertThat(kernel.load(module.bytes())).isAsLoaded();
                kernel.unloadAll();
                assertThat(kernel).leaksNoMemory();
            });
        }
    }
}
