package io.modrt.module;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.policy.LoadPolicy;
import java.util.Optional;

/** The sections of a module that the kernel looks for by name. */
final class LoadedSections {
    static final String MODINFO = ".modinfo";

    private final ElfFile elf;

    LoadedSections(ElfFile elf) {
        this.elf = elf;
    }

    /** The first loaded section of this name. */
    Optional<Section> loaded(String sectionName) {
        for (int i = elf.nextNamed(sectionName, 0); i > 0; i = elf.nextNamed(sectionName, i)) {
            if (elf.section(i).isAllocated()) {
                return Optional.of(elf.section(i));
            }
        }
        return Optional.empty();
    }

    /** The loaded section of this name, if it has contents in the file. */
    Optional<Section> table(String sectionName) {
        return loaded(sectionName).filter(Section::hasContents);
    }

    /** The strings of {@code .modinfo}; none for a file without it. */
    ModuleInfo info(LoadPolicy policy) {
        Section section = loaded(MODINFO)
                .or(() -> policy.isRelaxed(Rule.MODULE_SECTIONS) ? elf.section(MODINFO) : Optional.empty())
                .orElse(null);
        if (section == null || section.sizeBytes() == 0) {
            return ModuleInfo.none();
        }
        if (!isInFile(section)) {
            throw new FormatException(Refusal.beyondKernel(section.where() + ": its strings are not in the file"));
        }
        if (elf.array()[(int) (section.fileOffset() + section.sizeBytes()) - 1] != 0) {
            throw new FormatException(Refusal.beyondKernel(section.where() + ": its last string has no end"));
        }
        return ModuleInfo.of(section);
    }

    /** Whether the section's bytes, which the kernel reads whatever its type is, are in the file. */
    private boolean isInFile(Section s) {
        return s.fileOffset() >= 0
                && s.sizeBytes() >= 0
                && s.fileOffset() <= elf.lengthBytes()
                && s.sizeBytes() <= elf.lengthBytes() - s.fileOffset();
    }
}
