package io.modrt.testkit.port;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apiguardian.api.API;

/**
 * What GNU ld is given so that it links a module as the kernel does: a copy of the module, and a script.
 *
 * <p>In the copy, contents, symbols and relocations stay as they are. Each section gets a name of its own, {@code .s} and its number, by which
 * the script places it, and under which ld sees no {@code .reginfo}, {@code .MIPS.options} or {@code .gnu.linkonce.*}, which it would treat
 * specially. Sections that are placed become ordinary ones, since ld would merge strings (SHF_MERGE), sort (SHF_LINK_ORDER) and drop
 * (SHF_GROUP, SHF_EXCLUDE) others; the rest becomes SHT_NULL, since the kernel does not load it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LinkerInput {
    private static final long KEPT_FLAGS = Section.SHF_WRITE | Section.SHF_ALLOC | Section.SHF_EXECINSTR;
    private static final int SHT_PROGBITS = 1;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;

    private LinkerInput() {}

    /** The name by which a linker script finds the section with this number. */
    public static String name(int index) {
        return ".s" + index;
    }

    /**
     * The copy. A new array.
     *
     * @param placed the numbers of the sections that the script places
     * @param relocated the numbers of the sections whose relocations are applied
     */
    public static byte[] of(ElfFile elf, Set<Integer> placed, Set<Integer> relocated) {
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
            } else if (!isNeeded(section, relocated)) {
                out.putInt(at + TYPE_OFFSET, Section.SHT_NULL);
            }
        }
        return copy;
    }

    /**
     * The script. It begins with a comment: ld takes a file that begins with {@code $$} for S-records.
     *
     * @param sections the address of each section that is to be in the output, by number; others are discarded
     * @param symbols the value of each undefined symbol
     */
    public static String script(SortedMap<Integer, Long> sections, Map<String, Long> symbols) {
        StringBuilder script =
                new StringBuilder("/* a module's sections and symbols */\n").append(definitions(symbols));
        script.append("SECTIONS {\n");
        sections.forEach((index, address) -> {
            String name = name(index);
            // why the symbol: ld gives an empty section the address 0, unless a symbol is defined in it
            script.append(String.format(
                    Locale.ROOT, "  %s 0x%x : { \"start of %s\" = .; *(%s) }\n", name, address, name, name));
        });
        return script.append("  /DISCARD/ : { *(*) }\n}\n").toString();
    }

    /** The lines of a script that give symbols their values. */
    public static String definitions(Map<String, Long> symbols) {
        StringBuilder lines = new StringBuilder();
        symbols.forEach((name, value) -> lines.append(String.format(Locale.ROOT, "\"%s\" = 0x%x;\n", name, value)));
        return lines.toString();
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
