package io.modrt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.elf.Section;
import io.modrt.error.Rule;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import org.junit.jupiter.api.Test;

class SyntheticModuleTest {

    @Test
    void aModuleHasWhatWasAskedForAndItsWordsAreRelocated() {
        byte[] bytes = SyntheticModule.bytes("made_up", new SyntheticModule.Size(3, 7, 2));
        try (ModuleRuntime runtime = ModuleRuntime.builder().build()) {
            LiveModule live = runtime.load(bytes);
            assertEquals("made_up", live.name());
            assertEquals(12, live.file().elf().sectionCount());
            assertEquals(3, live.file().symbols().count());
            assertEquals(7, live.relocations().count());
            Section data = live.file().elf().section(".data").orElseThrow();
            long text = live.address(".text").orElseThrow().value();
            byte[] words = live.bytes(data);
            assertEquals(28, words.length);
            assertEquals((byte) text, words[0]);
            assertEquals((byte) (text + 4), words[4]);
        }
    }

    @Test
    void moreSectionsThanTheHeaderCountsUseExtendedNumbers() {
        byte[] bytes = SyntheticModule.bytes("large", new SyntheticModule.Size(70_000, 1, 1));
        ModuleFile file = ModuleFile.open(bytes, LoadPolicy.kernelExact().relaxed(Rule.EXTENDED_NUMBERING));
        assertEquals(70_009, file.elf().sectionCount());
        assertTrue(file.elf().usesExtendedNumbering());
    }
}
