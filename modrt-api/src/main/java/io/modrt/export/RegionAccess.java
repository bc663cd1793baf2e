package io.modrt.export;

import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How a region may be accessed once its module is live, on a kernel that protects modules; and which sections lie in it. */
enum RegionAccess {
    READ_WRITE_EXECUTE("rwx"),
    READ_EXECUTE("r-x"),
    READ_WRITE("rw-"),
    READ("r--");

    private final String letters;

    RegionAccess(String letters) {
        this.letters = letters;
    }

    static RegionAccess of(RegionKind kind) {
        return switch (kind) {
            case CORE, INIT -> READ_WRITE_EXECUTE;
            case TEXT, INIT_TEXT -> READ_EXECUTE;
            case DATA, INIT_DATA -> READ_WRITE;
            case RODATA, RO_AFTER_INIT, INIT_RODATA -> READ;
        };
    }

    boolean isWritable() {
        return letters.charAt(1) == 'w';
    }

    /** The letters of /proc/PID/maps. */
    String letters() {
        return letters;
    }

    /** The loaded sections of {@code kind}, by ascending address; without the symbol table and its strings, which a kernel loads for itself. */
    static List<Section> sections(PlacedModule placed, RegionKind kind) {
        List<Section> found = new ArrayList<>();
        for (Section section : placed.plan().file().elf().sections()) {
            boolean isOfSymbols = section.type() == Section.SHT_SYMTAB || section.type() == Section.SHT_STRTAB;
            if (!isOfSymbols
                    && placed.address(section).isPresent()
                    && placed.region(section).filter(kind::equals).isPresent()) {
                found.add(section);
            }
        }
        found.sort(Comparator.comparing(
                        (Section section) -> placed.address(section).orElseThrow())
                .thenComparing(Section::index));
        return found;
    }
}
