package io.modrt.testkit.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkerInputTest {

    @ParameterizedTest
    @ValueSource(strings = {"mips-o32-be-r2", "mips-n64-le-r2", "parisc-64"})
    void onlySectionHeadersChange(String target) throws IOException {
        ElfFile before;
        try (InputStream bytes =
                LinkerInputTest.class.getResourceAsStream("/io/modrt/testkit/modules/" + target + "/greeter.ko")) {
            before = ModuleFile.open(Objects.requireNonNull(bytes, target).readAllBytes())
                    .elf();
        }
        int text = before.section(".text").orElseThrow().index();
        int strings = before.sections().stream()
                .filter(s -> s.name().startsWith(".rodata.str"))
                .findFirst()
                .orElseThrow()
                .index();

        ElfFile after = ElfFile.view(LinkerInput.of(before, Set.of(text, strings), Set.of(text)));

        assertEquals(".s" + text, after.section(text).name());
        assertEquals(
                Section.SHF_ALLOC | Section.SHF_EXECINSTR, after.section(text).flags());
        assertEquals(Section.SHF_ALLOC, after.section(strings).flags());
        assertEquals(
                before.symbolTable().orElseThrow().count(),
                after.symbolTable().orElseThrow().count());
        assertEquals(1, after.relocationSections().size());
        assertEquals(text, after.relocationSections().get(0).target().index());
        boolean isExplicit = before.relocationSections().get(0).addends() == AddendKind.EXPLICIT;
        assertEquals(isExplicit, after.section(".rela.s" + text).isPresent());
        assertEquals(!isExplicit, after.section(".rel.s" + text).isPresent());
        assertEquals(
                Section.SHT_NULL,
                after.section(before.section(".modinfo").orElseThrow().index()).type());
        assertFalse(after.section(".text").isPresent());
        int headers = Math.toIntExact(before.header().sectionHeadersOffset());
        assertArrayEquals(Arrays.copyOf(before.array(), headers), Arrays.copyOf(after.array(), headers));
    }
}
