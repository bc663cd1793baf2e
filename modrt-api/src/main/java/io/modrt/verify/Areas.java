package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** The stretches of one region: its sections, and what lies in front of, between and behind them. */
final class Areas {

    /** {@code sizeBytes} bytes from the region's byte {@code start} on. */
    record Area(String name, long start, long sizeBytes, Leeway leeway) {
        long end() {
            return start + sizeBytes;
        }
    }

    private static final int NAME_BYTES = 64;

    private final PlacedModule placed;
    private final AddressRange region;
    private final RegionKind kind;
    private final List<Area> areas = new ArrayList<>();
    private long next;
    private String last = "";

    private Areas(PlacedModule placed, RegionKind kind, AddressRange region) {
        this.placed = placed;
        this.region = region;
        this.kind = kind;
    }

    /** The stretches by ascending address, without holes, none empty. */
    static List<Area> of(PlacedModule placed, RegionKind kind, String siteTable) {
        return new Areas(placed, kind, placed.range(kind).orElseThrow()).find(siteTable);
    }

    private List<Area> find(String siteTable) {
        List<Section> sections = placed.plan().file().elf().sections().stream()
                .filter(section -> section.sizeBytes() > 0
                        && placed.plan().region(section).filter(kind::equals).isPresent())
                .sorted(Comparator.comparing(this::address))
                .toList();
        for (Section section : sections) {
            long start = address(section).minus(region.start());
            addGap(start, next == 0 ? "head of " + kind : "in front of " + section.name());
            Leeway leeway = Leeway.of(section, siteTable);
            if (leeway == Leeway.STRUCT_MODULE) {
                addStructModule(section, start);
            } else {
                add(section.name(), section.sizeBytes(), leeway);
            }
            last = section.name();
        }
        addGap(region.sizeBytes(), last.isEmpty() ? "all of " + kind : "behind " + last);
        return areas;
    }

    private Address address(Section section) {
        return placed.address(section).orElseThrow();
    }

    private void addGap(long end, String name) {
        add(name, end - next, Leeway.NONE);
    }

    private void add(String name, long sizeBytes, Leeway leeway) {
        if (sizeBytes > 0) {
            areas.add(new Area(name, next, sizeBytes, leeway));
            next += sizeBytes;
        }
    }

    /** Of {@code struct module} the name stays, behind the state and the list head, and so do the pointers to init and exit. */
    private void addStructModule(Section section, long start) {
        ElfFile elf = section.file();
        int wordBytes = elf.elfClass().wordBytes();
        long nameStart = 3L * wordBytes;
        TreeSet<Long> kept = new TreeSet<>();
        for (long at = nameStart; at < nameStart + NAME_BYTES - wordBytes; at += wordBytes) {
            kept.add(at);
        }
        for (RelocationSection relocations : elf.relocationSections()) {
            if (relocations.target().index() == section.index()) {
                for (int i = 0; i < relocations.count(); i++) {
                    kept.add(relocations.offset(i));
                }
            }
        }
        long size = section.sizeBytes();
        for (long at : kept.headSet(size - wordBytes + 1)) {
            long from = start + at;
            if (from >= next) {
                add(section.name(), from - next, Leeway.STRUCT_MODULE);
                add(section.name(), wordBytes, Leeway.NONE);
            }
        }
        add(section.name(), start + size - next, Leeway.STRUCT_MODULE);
    }
}
