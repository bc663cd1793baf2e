package io.modrt.parisc;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.*;
import java.util.HashSet;
import java.util.Set;

/**
 * The room for stubs and, on 64 bit, for the GOT and descriptors. It is counted before layout, as in the kernel's
 * {@code module_frob_arch_sections}, over all relocations: also over those of sections that are not loaded.
 */
final class PariscPlan implements ArchPlan {

    /** Where the stubs for a section's branches lie. */
    enum Room {
        /** At the head of core or init, one for each branch: kernels until 2.6.28. */
        HEAD,
        /** In front of the section, one for each branch: kernels since 2.6.29. */
        FRONT,
        /** In front of the section, one for each callee. */
        FRONT_SHARED,
        /** In front of the section for its first half and behind it for its second; on each side one for each callee. */
        BOTH_SIDES
    }

    private record Callee(int section, boolean isBehind, int symbol, long addend) {}

    private static final int PCREL17F = PariscReloc.R_PARISC_PCREL17F.number();
    private static final int PCREL22F = PariscReloc.R_PARISC_PCREL22F.number();
    private static final int LTOFF21L = PariscReloc.R_PARISC_LTOFF21L.number();
    private static final int LTOFF14R = PariscReloc.R_PARISC_LTOFF14R.number();
    private static final int FPTR64 = PariscReloc.R_PARISC_FPTR64.number();
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
        behind = new int[room == Room.BOTH_SIDES ? front.length : 0];
        Set<Callee> callees = new HashSet<>();
        elf.relocationSections().forEach(relocations -> count(relocations, callees));
    }

    private boolean isWide() {
        return width == Width.BITS_64;
    }

    private void count(RelocationSection relocations, Set<Callee> callees) {
        Section target = relocations.target();
        int section = target.index();
        boolean isInit = room == Room.HEAD && relocations.section().isNamedFrom(".rela.init");
        int count = relocations.count();
        int branches = 0;
        for (int i = 0; i < count; i++) {
            int type = relocations.type(i);
            if (isBranch(type)) {
                branches++;
                if (shares()) {
                    boolean isBehind = isBehind(target, relocations.offset(i));
                    if (callees.add(new Callee(section, isBehind, relocations.symbol(i), relocations.addend(i)))) {
                        (isBehind ? behind : front)[section]++;
                    }
                }
            } else if (type == LTOFF21L || type == LTOFF14R) {
                slots++;
            } else if (type == FPTR64) {
                descriptors++;
            }
        }
        slots += branches;
        front[section] += room == Room.FRONT ? branches : 0;
        if (room == Room.HEAD) {
            initHead += isInit ? branches : 0;
            coreHead += isInit ? 0 : branches;
        }
    }

    private boolean isBranch(int type) {
        return type == PCREL22F || hasShortBranches && type == PCREL17F;
    }

    Room room() {
        return room;
    }

    /** Whether branches with one target share a stub. */
    boolean shares() {
        return room == Room.FRONT_SHARED || room == Room.BOTH_SIDES;
    }

    /** Bytes of a stub. */
    int stubBytes() {
        return isWide() ? 16 : 8;
    }

    /**
     * The number of the area that has the stubs for a place of a section. With {@link Room#HEAD}, 0 is that of core and 1 that of init; else
     * the area in front of a section has the section's number, and those behind sections follow.
     */
    int area(PlacedSections placed, Section section, long sectionOffset) {
        if (room == Room.HEAD) {
            return placed.region(section).filter(RegionKind::isInit).isPresent() ? 1 : 0;
        }
        return section.index() + (isBehind(section, sectionOffset) ? front.length : 0);
    }

    /** How many areas there may be. */
    int areas() {
        return Math.max(2, front.length + behind.length);
    }

    /** How many stubs an area has room for. */
    int reserved(int area) {
        if (room == Room.HEAD) {
            return area == 0 ? coreHead : initHead;
        }
        return area < front.length ? front[area] : behind[area - front.length];
    }

    /** The address of the first stub of {@code area}; {@code address} is that of the section which it is for. */
    long start(int area, PlacedSections placed, Section section, long address) {
        if (room == Room.HEAD) {
            RegionKind region = area == 0 ? RegionKind.CORE : RegionKind.INIT;
            return placed.range(region).orElseThrow().start().value() + (area == 0 ? stubsOffset() : 0);
        }
        boolean isFront = area < front.length;
        return align(isFront ? address - frontBytes(section) : address + section.sizeBytes(), stubBytes());
    }

    private boolean isBehind(Section section, long sectionOffset) {
        return room == Room.BOTH_SIDES && sectionOffset >= section.sizeBytes() / 2;
    }

    /** With {@link Room#HEAD}: bytes from the start of core to its stubs, which are behind the tables. */
    private long stubsOffset() {
        return align(tableBytes(), TABLE_ALIGNMENT);
    }

    /** Bytes from the start of the GOT to the descriptors behind it. */
    long descriptorsOffset() {
        return isWide() ? align(slots * PariscGot.SLOT_BYTES, TABLE_ALIGNMENT) : 0;
    }

    /** How many uses of GOT slots were counted; 0 on 32 bit, where there is no GOT. */
    long slots() {
        return isWide() ? slots : 0;
    }

    /** How many uses of descriptors were counted. */
    long descriptors() {
        return descriptors;
    }

    private long tableBytes() {
        return isWide() ? descriptorsOffset() + descriptors * PariscGot.DESCRIPTOR_BYTES : 0;
    }

    @Override
    public long frontBytes(Section section) {
        int count = front[section.index()];
        // why: one stub more than there are branches, to align the first; the kernel reserves it also for a section
        // that has no branches
        return room == Room.FRONT || count > 0 ? (count + 1L) * stubBytes() : 0;
    }

    @Override
    public long behindBytes(Section section) {
        int count = room == Room.BOTH_SIDES ? behind[section.index()] : 0;
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
        return new PariscLoad(placed, this, width, values);
    }
}
