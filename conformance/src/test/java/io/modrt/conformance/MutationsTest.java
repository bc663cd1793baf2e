package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.conformance.Mutations.Mutation;
import io.modrt.elf.RelocationSection;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationsTest {
    @TempDir
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        for (String name : List.of("one", "two", "three")) {
            byte[] module = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name)
                    .text(0x03e0_0008, 0)
                    .initText(0x03e0_0008, 0)
                    .function("init_module", ".init.text", 0)
                    .data(0)
                    .relocation(".data", 0, 2, "init_module")
                    .build();
            Files.write(tree.resolve(name + ".ko"), module);
        }
    }

    private List<Mutation> drawn(long seed) throws IOException {
        return new Mutations(tree, seed, Set.of()).draw(200);
    }

    private static List<String> texts(List<Mutation> mutations) {
        return mutations.stream().map(Mutation::text).toList();
    }

    @Test
    void oneSeedDrawsTheSameMutationsEachTime() throws IOException {
        List<Mutation> first = drawn(1);
        List<Mutation> again = drawn(1);
        assertEquals(texts(first), texts(again));
        for (int i = 0; i < first.size(); i++) {
            assertArrayEquals(first.get(i).file(), again.get(i).file());
        }
        assertNotEquals(texts(first), texts(drawn(2)));
    }

    @Test
    void everyMutationSaysWhatItChanges() throws IOException {
        List<String> texts = texts(drawn(3));
        assertTrue(texts.stream().anyMatch(text -> text.matches("\\w+: header e_\\w+ 0x[0-9a-f]+ -> 0x[0-9a-f]+")));
        assertTrue(texts.stream().anyMatch(text -> text.matches("\\w+: section \\d+ \\(\\S+\\) sh_\\w+ 0x.* -> 0x.*")));
        assertTrue(texts.stream().anyMatch(text -> text.matches("\\w+: symbol \\d+ \\(\\w*\\) st_\\w+ 0x.* -> 0x.*")));
        assertTrue(
                texts.stream().anyMatch(text -> text.matches("\\w+: \\d+ \\(\\S+\\) entry \\d+ r_\\w+ 0x.* -> 0x.*")));
        assertTrue(texts.stream().anyMatch(text -> text.matches("\\w+: cut off at 0x.*")));
    }

    @Test
    void theModulesThatAreDrawnFromHaveNoInitFunction() throws IOException {
        List<Mutation> sound = new Mutations(tree, 1, Set.of()).unchanged();
        assertEquals(3, sound.size());
        for (Mutation module : sound) {
            List<String> relocated = ModuleFile.open(module.file()).elf().relocationSections().stream()
                    .map(RelocationSection::target)
                    .map(target -> target.name())
                    .toList();
            assertEquals(List.of(".data"), relocated, module.text());
        }
    }
}
