package io.modrt.module;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The section that becomes the kernel's {@code struct module}, as far as its start is the same in all kernels. */
final class ThisModule {
    private static final int NAME_BYTES = 64;

    private ThisModule() {}

    /** The {@code name}. It follows the state and the list head, and has 64 bytes less a {@code long}. */
    static Optional<String> name(Section section) {
        ElfFile elf = section.file();
        int wordBytes = elf.elfClass().wordBytes();
        int from = 3 * wordBytes;
        if (!section.hasContents() || section.sizeBytes() < from + NAME_BYTES - wordBytes) {
            return Optional.empty();
        }
        int start = (int) section.fileOffset() + from;
        int end = start;
        while (end < start + NAME_BYTES - wordBytes && elf.array()[end] != 0) {
            end++;
        }
        return end == start
                ? Optional.empty()
                : Optional.of(new String(elf.array(), start, end - start, StandardCharsets.UTF_8));
    }
}
