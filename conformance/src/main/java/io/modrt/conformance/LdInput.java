package io.modrt.conformance;

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
 * Makes a copy of a module that GNU ld links as the kernel does. Contents, symbols and relocations stay as they are; section headers change:
 *
 * <ul>
 *   <li>Each section gets a name of its own, {@code .s} and its number, so that a linker script can place it, and so that ld sees no
 *       {@code .reginfo}, {@code .MIPS.options} or {@code .gnu.linkonce.*}, which it would treat specially. Relocation sections are called
 *       {@code .rela.s} and the number of the section that they relocate.
 *   <li>Sections that the script places keep only SHF_WRITE, SHF_ALLOC and SHF_EXECINSTR, and become SHT_PROGBITS unless they are
 *       SHT_NOBITS: ld would merge strings (SHF_MERGE), sort (SHF_LINK_ORDER) and drop (SHF_GROUP, SHF_EXCLUDE), the kernel does not.
 *   <li>Other sections, and their relocations, become SHT_NULL: the kernel does not load them.
 * </ul>
 */
final class LdInput {
    private static final long KEPT_FLAGS = Section.SHF_WRITE | Section.SHF_ALLOC | Section.SHF_EXECINSTR;
    private static final int SHT_PROGBITS = 1;

    private LdInput() {}

    /** The section name by which a linker script finds section {@code index}. */
    static String name(int index) {
        return ".s" + index;
    }

    /**
     * The copy. A new array.
     *
     * @param placed the sections that the script places
     * @param relocated the sections whose relocations are applied
     */
    static byte[] of(ElfFile elf, Set<Integer> placed, Set<Integer> relocated) {
        byte[] original = elf.array();
        byte[] names = names(elf);
        byte[] copy = Arrays.copyOf(original, original.length + names.length);
        System.arraycopy(names, 0, copy, original.length, names.length);
        ByteBuffer out =
                ByteBuffer.wrap(copy).order(elf.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        boolean wide = elf.elfClass() == ElfClass.ELF64;
        int nameOffset = 1;
        for (Section section : elf.sections()) {
            int at = Math.toIntExact(elf.header().sectionHeadersOffset()
                    + (long) section.index() * elf.header().sectionHeaderBytes());
            if (section.index() == 0) {
                continue;
            }
            out.putInt(at, nameOffset);
            nameOffset += name(section).length() + 1;
            if (section.index() == elf.header().nameTableIndex()) {
                putLong(out, wide, at + (wide ? 24 : 16), original.length); // sh_offset
                putLong(out, wide, at + (wide ? 32 : 20), names.length); // sh_size
            } else if (placed.contains(section.index())) {
                out.putInt(at + 4, section.hasContents() ? SHT_PROGBITS : Section.SHT_NOBITS);
                putLong(out, wide, at + 8, section.flags() & KEPT_FLAGS);
            } else if (!isNeeded(section, relocated)) {
                out.putInt(at + 4, Section.SHT_NULL);
            }
        }
        return copy;
    }

    private static boolean isNeeded(Section section, Set<Integer> relocated) {
        return switch (section.type()) {
            case Section.SHT_SYMTAB, Section.SHT_STRTAB -> true;
            case Section.SHT_REL, Section.SHT_RELA -> relocated.contains(section.info());
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

    /** why: ld for 64-bit PA-RISC fails without a message if a relocation section is not named after the section that it relocates. */
    private static String name(Section section) {
        return section.type() == Section.SHT_RELA ? ".rela" + name(section.info()) : name(section.index());
    }

    private static void putLong(ByteBuffer out, boolean wide, int at, long value) {
        if (wide) {
            out.putLong(at, value);
        } else {
            out.putInt(at, (int) value);
        }
    }
}
