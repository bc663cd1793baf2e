package io.modrt.parisc;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.Width;
import java.util.HashSet;
import java.util.Set;

/**
 * Room for stubs, and on 64 bit for GOT and descriptors, counted over all relocations, also those of sections that are not
 * loaded, before anything has an address.
 */
final class PariscPlan implements ArchPlan {

    /** Where the stubs of a section lie. */
    enum Room {
        /** At the head of core or init, for all sections in it: kernels until 2.6.28. */
        HEAD,
        /** In front of the section, one for each branch: kernels since 2.6.29. */
        FRONT,
        /** In front of the section, one for each callee. */
        FRONT_SHARED,
        /** In front for the section's first half, behind for its second, one for each callee on a side. */
        BOTH_SIDES
    }

    /** Stubs from {@code start} on, as many as were counted. */
    record Area(long start, int reserved) {}

    private record Callee(int section, boolean isBehind, int symbol, long addend) {}

    private static final int TABLE_ALIGNMENT = 16;

    private final Width width;
    private final Room room;
    private final boolean hasShortBranches;
    private final int[] front;
    private final int[] behind;
    private int coreHead;
    private int initHead;
    private long slots;
    private long descriptors;

    PariscPlan(PlanInput input, KernelProfile profile, Width width) {
        this.width = width;
        room = switch (input.policy().stubs()) {
            case KERNEL_EXACT -> profile.layoutRules() == LayoutRules.STUBS_AT_HEAD ? Room.HEAD : Room.FRONT;
            case SHARED -> Room.FRONT_SHARED;
            case FURTHER_REACH -> Room.BOTH_SIDES;
        };
        hasShortBranches = !isWide() || input.policy().isRelaxed(Rule.RELOCATION_TYPE);
        ElfFile elf = input.file().elf();
        front = new int[elf.sectionCount()];
        behind = new int[elf.sectionCount()];
        Set<Callee> callees = new HashSet<>();
        elf.relocationSections().forEach(relocations -> count(relocations, callees));
    }

    private boolean isWide() {
        return width == Width.BITS_64;
    }

    private void count(RelocationSection relocations, Set<Callee> callees) {
        int section = relocations.target().index();
        boolean isInit = relocations.section().name().startsWith(".rela.init");
        for (int i = 0; i < relocations.count(); i++) {
            int type = relocations.type(i);
            if (isBranch(type)) {
                slots++;
                boolean isBehind = isBehind(relocations.target(), relocations.offset(i));
                if (room == Room.HEAD) {
                    initHead += isInit ? 1 : 0;
                    coreHead += isInit ? 0 : 1;
                } else if (!shares()
                        || callees.add(new Callee(section, isBehind, relocations.symbol(i), relocations.addend(i)))) {
                    (isBehind ? behind : front)[section]++;
                }
            } else if (type == PariscReloc.R_PARISC_LTOFF21L.number()
                    || type == PariscReloc.R_PARISC_LTOFF14R.number()) {
                slots++;
            } else if (type == PariscReloc.R_PARISC_FPTR64.number()) {
                descriptors++;
            }
        }
    }

    private boolean isBranch(int type) {
        return type == PariscReloc.R_PARISC_PCREL22F.number()
                || hasShortBranches && type == PariscReloc.R_PARISC_PCREL17F.number();
    }

    Room room() {
        return room;
    }

    /** Whether branches to one place share a stub. */
    boolean shares() {
        return room == Room.FRONT_SHARED || room == Room.BOTH_SIDES;
    }

    /** Bytes from one stub to the next. */
    int stubBytes() {
        return isWide() ? 16 : 8;
    }

    /** The stubs for a branch at {@code sectionOffset} of a section whose address is {@code address}. */
    Area area(PlacedSections placed, Section section, long sectionOffset, long address) {
        int index = section.index();
        if (room == Room.HEAD) {
            boolean isInit = placed.region(section).filter(RegionKind::isInit).isPresent();
            RegionKind region = isInit ? RegionKind.INIT : RegionKind.CORE;
            long start = placed.range(region).orElseThrow().start().value();
            return isInit ? new Area(start, initHead) : new Area(start + stubsOffset(), coreHead);
        }
        return isBehind(section, sectionOffset)
                ? new Area(align(address + section.sizeBytes(), stubBytes()), behind[index])
                : new Area(align(address - frontBytes(section), stubBytes()), front[index]);
    }

    private boolean isBehind(Section section, long sectionOffset) {
        return room == Room.BOTH_SIDES && sectionOffset >= section.sizeBytes() / 2;
    }

    /** Where core's stubs start where they are at its head. */
    private long stubsOffset() {
        return align(tableBytes(), TABLE_ALIGNMENT);
    }

    /** Where descriptors start, behind the GOT, from the start of the region that has them. */
    long descriptorsOffset() {
        return isWide() ? align(slots * PariscGot.SLOT_BYTES, TABLE_ALIGNMENT) : 0;
    }

    private long tableBytes() {
        return isWide() ? descriptorsOffset() + descriptors * PariscGot.DESCRIPTOR_BYTES : 0;
    }

    @Override
    public long frontBytes(Section section) {
        int count = front[section.index()];
        // why: one more than the branches, so that the first can be aligned; the kernel has that also where no branch
        // is
        return room == Room.FRONT || count > 0 ? (count + 1L) * stubBytes() : 0;
    }

    @Override
    public long behindBytes(Section section) {
        int count = behind[section.index()];
        return count > 0 ? (count + 1L) * stubBytes() : 0;
    }

    @Override
    public long headBytes(RegionKind region) {
        return switch (region) {
            case CORE -> room == Room.HEAD ? stubsOffset() + (long) coreHead * stubBytes() : tableBytes();
            case INIT -> room == Room.HEAD ? (long) initHead * stubBytes() : 0;
            case TEXT -> tableBytes();
            default -> 0;
        };
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        return isBranch(relocations.type(index));
    }

    private static long align(long value, int powerOfTwo) {
        return value + powerOfTwo - 1 & -(long) powerOfTwo;
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new PariscLoad(placed, this, width);
    }
}
