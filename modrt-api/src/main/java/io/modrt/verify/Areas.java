package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.bytes.Printable;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Divides a region into areas: its sections as they are laid out, and what lies in front of, between and behind them. */
final class Areas {

    /** {@code sizeBytes} bytes from the region's byte {@code start} on; {@code isBigEndian} is the order in which its words are shown. */
    record Area(String name, long start, long sizeBytes, Leeway leeway, boolean isBigEndian) {
        long end() {
            return start + sizeBytes;
        }
    }

    private static final int NAME_BYTES = 64;
    private static final int ELF32_ST_SHNDX = 14;
    private static final int ELF64_ST_SHNDX = 6;

    private final PlacedModule placed;
    private final AddressRange region;
    private final RegionKind kind;
    private final byte[] expected;
    private final List<Area> areas = new ArrayList<>();
    private long next;
    private String last = "";
    private boolean isBigEndian;

    private Areas(PlacedModule placed, RegionKind kind, AddressRange region, byte[] expected) {
        this.placed = placed;
        this.region = region;
        this.kind = kind;
        this.expected = expected;
        this.isBigEndian = placed.file().elf().isBigEndian();
    }

    /**
     * The areas by ascending address, without holes, none of them empty.
     *
     * @param expected the region's bytes as they were loaded
     */
    static List<Area> of(PlacedModule placed, RegionKind kind, byte[] expected, String siteTable) {
        return new Areas(placed, kind, placed.range(kind).orElseThrow(), expected).find(siteTable);
    }

    private List<Area> find(String siteTable) {
        List<Section> sections = placed.file().elf().sections().stream()
                .filter(section -> placed.shape(section).sizeBytes() > 0
                        && placed.region(section).filter(kind::equals).isPresent())
                .sorted(Comparator.comparing(this::address))
                .toList();
        for (Section inFile : sections) {
            long start = address(inFile).minus(region.start());
            Section section = placed.shape(inFile);
            isBigEndian = isBigEndian(section);
            addGap(start, next == 0 ? "head of " + kind : "in front of " + name(section));
            Leeway leeway = Leeway.of(section, siteTable, placed.plan().profile());
            if (leeway.keepsPointers()) {
                addStructures(section, start, leeway);
            } else if (section.type() == Section.SHT_SYMTAB) {
                addSymbols(section, start);
            } else {
                add(name(section), section.sizeBytes(), leeway);
            }
            last = name(section);
        }
        addGap(region.sizeBytes(), last.isEmpty() ? "all of " + kind : "behind " + last);
        return areas;
    }

    private static String name(Section section) {
        return Printable.brief(section.name());
    }

    /** Code has the byte order of instructions, and so has what the architecture keeps around it. */
    private boolean isBigEndian(Section section) {
        return section.isExecutable()
                ? placed.plan().archKernel().codeOrder() == ByteOrder.BIG_ENDIAN
                : placed.file().elf().isBigEndian();
    }

    private Address address(Section section) {
        return placed.address(section).orElseThrow();
    }

    private void addGap(long end, String name) {
        add(name, end - next, Leeway.NONE);
    }

    private void add(String name, long sizeBytes, Leeway leeway) {
        if (sizeBytes > 0) {
            areas.add(new Area(name, next, sizeBytes, leeway, isBigEndian));
            next += sizeBytes;
        }
    }

    /**
     * Kernels that load a symbol table give a symbol in a section that is not loaded its address in their copy of the file, which they free
     * behind the load.
     */
    private void addSymbols(Section section, long start) {
        ElfFile elf = section.file();
        boolean isNarrow = elf.elfClass() == ElfClass.ELF32;
        int valueOffset = isNarrow ? Integer.BYTES : Long.BYTES;
        int indexOffset = isNarrow ? ELF32_ST_SHNDX : ELF64_ST_SHNDX;
        int entryBytes = elf.elfClass().symbolBytes();
        for (long at = start; at <= start + section.sizeBytes() - entryBytes; at += entryBytes) {
            int index = Bytes.getShort(expected, (int) at + indexOffset, elf.isBigEndian()) & 0xffff;
            boolean isElsewhere = index > 0
                    && index < elf.sectionCount()
                    && placed.address(elf.section(index)).isEmpty();
            if (isElsewhere) {
                add(name(section), at + valueOffset - next, Leeway.NONE);
                add(name(section), elf.elfClass().wordBytes(), Leeway.NOT_LOADED);
            }
        }
        add(name(section), start + section.sizeBytes() - next, Leeway.NONE);
    }

    /**
     * The kernel writes to such structures, but for the pointers that were relocated, such as those to the init and exit functions, and the
     * module's name in {@code struct module}, which is behind the state and the list head.
     */
    private void addStructures(Section section, long start, Leeway leeway) {
        ElfFile elf = section.file();
        int wordBytes = elf.elfClass().wordBytes();
        long nameStart = 3L * wordBytes;
        TreeSet<Long> kept = new TreeSet<>();
        if (leeway == Leeway.STRUCT_MODULE) {
            for (long at = nameStart; at < nameStart + NAME_BYTES - wordBytes; at += wordBytes) {
                kept.add(at);
            }
        }
        for (RelocationSection relocations : elf.relocationSections(section)) {
            for (int i = 0; i < relocations.count(); i++) {
                kept.add(relocations.offset(i));
            }
        }
        long size = section.sizeBytes();
        for (long at : kept.headSet(size - wordBytes + 1)) {
            long from = start + at;
            if (from >= next) {
                add(name(section), from - next, leeway);
                add(name(section), wordBytes, Leeway.NONE);
            }
        }
        add(name(section), start + size - next, leeway);
    }
}
