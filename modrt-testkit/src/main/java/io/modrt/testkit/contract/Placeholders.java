package io.modrt.testkit.contract;

import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;

/** Sections that a module has for the kernel to fill, such as {@code .plt}. */
final class Placeholders {
    private Placeholders() {}

    /**
     * Whether a section is a placeholder: the kernel gives it another size, and the module relocates nothing in it.
     *
     * @param shape the section as it is laid out
     */
    static boolean contain(ModuleFile file, Section section, Section shape) {
        return shape.sizeBytes() != section.sizeBytes()
                && file.elf().relocationSections().stream()
                        .noneMatch(relocations -> relocations.target().index() == section.index());
    }
}
