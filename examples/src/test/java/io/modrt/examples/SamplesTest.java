package io.modrt.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.RelocationType;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The samples of tests stay short, and the testkit's names of relocation types are those of the architectures. */
class SamplesTest {
    static final List<ElfTarget> TARGETS = List.of(
            ElfTarget.MIPS_O32_LE,
            ElfTarget.MIPS_N64_BE,
            ElfTarget.PARISC_32,
            ElfTarget.PARISC_64,
            ElfTarget.AARCH64_LE);

    @Test
    void samplesHaveFewerThan25Lines() throws IOException {
        try (Stream<Path> samples = Files.list(Path.of("src/test/java/kerneltool"))) {
            List<Path> all = samples.toList();
            assertTrue(all.size() >= 5, all.toString());
            for (Path sample : all) {
                int lines = Files.readAllLines(sample).size();
                assertTrue(lines < 25, sample + ": " + lines);
            }
        }
    }

    @Test
    void thePageNamesTheVersionsThatTheBuildTestsWith() throws IOException {
        String page = Files.readString(Path.of("../docs/test-your-kernel-tool.md"));
        String build = Files.readString(Path.of("../pom.xml"));
        for (String library : List.of("junit", "mockito", "slf4j")) {
            String version = build.split("<" + library + ".version>|</" + library + ".version>", -1)[1];
            assertTrue(page.contains("<version>" + version + "</version>"), library + " " + version);
        }
    }

    @ParameterizedTest
    @FieldSource("TARGETS")
    void relocationTypesHaveTheNumbersOfTheArchitectures(ElfTarget target) {
        ElfHeader header = ModuleFile.open(KernelModuleBuilder.of(target, "any").build())
                .elf()
                .header();
        Arch arch = ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.accepts(header))
                .findFirst()
                .orElseThrow();
        KernelProfile bare = KernelProfile.of(new KernelVersion(6, 1, 0));
        KernelProfile profile = bare.assuming(arch.usualConfiguration(bare));
        for (AddendKind addends : AddendKind.values()) {
            for (RelocationType type :
                    arch.kernel(profile, header).relocations(addends).types()) {
                assertEquals(type.number(), target.relocationType(type.psabiName()), type.psabiName());
            }
        }
    }
}
