package io.modrt.export;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.load.LinkedModule;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.RelocationType;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The debug information of modules, relocated, and put together by the names of its sections. A place that holds an offset in a debug
 * section, which a relocation against that section says, grows by where that section now begins.
 */
final class DebugSections {
    private static final long SHF_COMPRESSED = 0x800;

    /** Left out: gdb 13 takes its addresses for unsigned, those of 32-bit MIPS are signed, and then it finds no line by an address. */
    private static final String RANGES = ".debug_aranges";

    private final Map<String, Joined> sections = new LinkedHashMap<>();

    private static final class Joined {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long alignment = 1;

        /** Passes over padding; returns where the next section begins. */
        int begin(Section section) {
            int align = (int) Math.max(1, section.alignment());
            alignment = Math.max(alignment, align);
            bytes.writeBytes(new byte[-bytes.size() & (align - 1)]);
            return bytes.size();
        }
    }

    /** Adds the debug sections of a module. */
    void add(LinkedModule module) {
        ElfFile elf = module.resolved().placed().plan().file().elf();
        Map<Integer, Integer> starts = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        for (Section section : elf.sections()) {
            // why: a file has one section of each of these names, and a second would have no place of its own here
            if (isDebug(section) && names.add(section.name())) {
                Joined joined = sections.computeIfAbsent(section.name(), name -> new Joined());
                starts.put(section.index(), joined.begin(section));
            }
        }
        boolean isFirst = starts.values().stream().allMatch(start -> start == 0);
        starts.forEach((index, start) -> {
            Section section = elf.section(index);
            byte[] bytes = module.relocated(section);
            if (!isFirst) {
                shift(module, section, bytes, starts);
            }
            Objects.requireNonNull(sections.get(section.name())).bytes.writeBytes(bytes);
        });
    }

    private static boolean isDebug(Section section) {
        return section.name().startsWith(".debug_")
                && !section.isNamed(RANGES)
                && !section.isAllocated()
                && section.hasContents()
                && (section.flags() & SHF_COMPRESSED) == 0;
    }

    /** Adds to each place that holds an offset in a debug section where that section begins. */
    private static void shift(LinkedModule module, Section section, byte[] bytes, Map<Integer, Integer> starts) {
        ElfFile elf = section.file();
        SymbolTable symbols = module.resolved().placed().plan().file().symbols();
        ArchKernel kernel = module.resolved().placed().plan().archKernel();
        for (RelocationSection relocations : elf.relocationSections()) {
            if (relocations.target().index() != section.index()) {
                continue;
            }
            for (int i = 0; i < relocations.count(); i++) {
                int symbol = relocations.symbol(i);
                int start = symbol == 0 ? 0 : starts.getOrDefault(symbols.sectionIndex(symbol), 0);
                Optional<RelocationType> type =
                        kernel.relocations(relocations.addends()).type(relocations.type(i));
                if (start != 0 && type.isPresent()) {
                    Field field = type.get().field();
                    int at = (int) relocations.offset(i);
                    field.store(bytes, at, elf.isBigEndian(), field.load(bytes, at, elf.isBigEndian()) + start);
                }
            }
        }
    }

    void writeTo(ElfOutput out) {
        sections.forEach((name, joined) -> out.unloaded(name, joined.bytes.toByteArray(), joined.alignment));
    }
}
