package io.modrt.testkit.port;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * A copy of a module that GNU ld links as the kernel does. Contents, symbols and relocations stay as they are. Each section gets the name
 * {@code .s} and its number, by which a script places it. Sections that are placed become ordinary ones, since ld would merge strings
 * (SHF_MERGE), sort (SHF_LINK_ORDER) and drop (SHF_GROUP) others; the rest becomes SHT_NULL, since the kernel does not load it.
 */
final class LinkerInput {
    private static final long KEPT_FLAGS = Section.SHF_WRITE | Section.SHF_ALLOC | Section.SHF_EXECINSTR;
    private static final int SHT_PROGBITS = 1;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;

    private LinkerInput() {}

    /** The name by which a linker script finds the section with this number. */
    static String name(int index) {
        return ".s" + index;
    }

    /** The copy, in which the sections with the numbers {@code placed} and their relocations remain. A new array. */
    static byte[] of(ElfFile elf, Set<Integer> placed) {
        byte[] names = names(elf);
        int size = elf.array().length;
        byte[] copy = Arrays.copyOf(elf.array(), size + names.length);
        System.arraycopy(names, 0, copy, size, names.length);
        ByteBuffer out =
                ByteBuffer.wrap(copy).order(elf.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        boolean wide = elf.elfClass() == ElfClass.ELF64;
        int name = 1;
        for (Section section : elf.sections().subList(1, elf.sectionCount())) {
            int at = Math.toIntExact(elf.header().sectionHeadersOffset()
                    + (long) section.index() * elf.header().sectionHeaderBytes());
            out.putInt(at, name);
            name += name(section).length() + 1;
            if (section.index() == elf.header().nameTableIndex()) {
                put(out, wide, at + (wide ? 24 : 16), size); // sh_offset
                put(out, wide, at + (wide ? 32 : 20), names.length); // sh_size
            } else if (placed.contains(section.index())) {
                out.putInt(at + TYPE_OFFSET, section.hasContents() ? SHT_PROGBITS : Section.SHT_NOBITS);
                put(out, wide, at + FLAGS_OFFSET, section.flags() & KEPT_FLAGS);
            } else if (!isNeeded(section, placed)) {
                out.putInt(at + TYPE_OFFSET, Section.SHT_NULL);
            }
        }
        return copy;
    }

    private static boolean isNeeded(Section section, Set<Integer> placed) {
        return switch (section.type()) {
            case Section.SHT_SYMTAB, Section.SHT_STRTAB -> true;
            case Section.SHT_REL, Section.SHT_RELA -> placed.contains(section.info());
            default -> false;
        };
    }

    private static byte[] names(ElfFile elf) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        names.write(0);
        for (Section section : elf.sections().subList(1, elf.sectionCount())) {
            names.writeBytes(name(section).getBytes(StandardCharsets.US_ASCII));
            names.write(0);
        }
        return names.toByteArray();
    }

    private static String name(Section section) {
        return switch (section.type()) {
            case Section.SHT_RELA -> ".rela" + name(section.info());
            case Section.SHT_REL -> ".rel" + name(section.info());
            default -> name(section.index());
        };
    }

    private static void put(ByteBuffer out, boolean wide, int at, long value) {
        if (wide) {
            out.putLong(at, value);
        } else {
            out.putInt(at, (int) value);
        }
    }
}
