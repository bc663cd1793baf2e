package io.modrt.engine.layout;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfClass;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The address of each region and each loaded section. Immutable. */
public final class SectionAddresses {
    private static final long[] NOT_OBSERVED = {};

    private final SectionLayout layout;
    /** The address from which the offsets of each region's sections count, by the region's number; that of none, 0, is 0. */
    private final long[] bases = new long[RegionKind.values().length + 1];
    /** The address of each section, if they were observed one by one. */
    private final long[] observed;

    private final Map<RegionKind, AddressRange> ranges;
    private final Map<RegionKind, Long> tailDeltas;
    private final Optional<Address> perCpu;

    private SectionAddresses(
            SectionLayout layout,
            long[] observed,
            Map<RegionKind, AddressRange> ranges,
            Map<RegionKind, Long> tailDeltas,
            Optional<Address> perCpu) {
        this.layout = layout;
        this.observed = observed;
        this.ranges = ranges;
        this.tailDeltas = tailDeltas;
        this.perCpu = perCpu;
        // why: the kernel allocates no region without bytes; its empty sections lie at their offset from 0
        tailDeltas.forEach((kind, delta) -> bases[LayoutPasses.numberOf(kind)] = delta);
        checkRegionsApart();
    }

    /**
     * Puts each region at its base, and sections at their offsets in it.
     *
     * @throws LayoutException if a region has no base, a region is named that the layout does not have, a base is not page aligned, or
     *     regions overlap or leave the address space
     */
    public static SectionAddresses at(SectionLayout layout, Placement.AtRegions placement) {
        Map<RegionKind, AddressRange> ranges = new EnumMap<>(RegionKind.class);
        Map<RegionKind, Long> tailDeltas = new EnumMap<>(RegionKind.class);
        for (RegionKind kind : placement.bases().keySet()) {
            if (!layout.regions().contains(kind)) {
                throw refuse(layout, "there is no region " + kind + ", the layout has " + layout.regions());
            }
        }
        for (RegionKind kind : layout.regions()) {
            Address base = placement.bases().get(kind);
            if (base == null) {
                throw refuse(
                        layout,
                        "region " + kind + " of 0x" + Long.toHexString(layout.sizeBytes(kind))
                                + " bytes has no base; the layout has " + layout.regions());
            }
            if (!base.isAligned(layout.profile().pageBytes())) {
                throw refuse(
                        layout,
                        "region " + kind + ": base " + base + " is not on a page of 0x"
                                + Integer.toHexString(layout.profile().pageBytes()) + " bytes");
            }
            ranges.put(kind, range(layout, "region " + kind, base.value(), layout.sizeBytes(kind)));
            tailDeltas.put(kind, base.value());
        }
        return new SectionAddresses(layout, NOT_OBSERVED, ranges, tailDeltas, Optional.empty());
    }

    /**
     * Puts sections where they were observed, in memory that the kernel laid out. A section that was not named goes as far from the nearest
     * named section of its region, or from the region's start if that is known, as the layout has it. Starts of regions need no alignment.
     *
     * @throws LayoutException if nothing of a region is named, if a named section is not aligned as in the file, up to a page, or if
     *     sections overlap, leave their region or the address space, or are scattered over much more than the region's size
     */
    public static SectionAddresses at(SectionLayout layout, Placement.AtSections placement) {
        checkNamed(layout, placement);
        long[] address = new long[layout.sectionCount()];
        Map<RegionKind, AddressRange> ranges = new EnumMap<>(RegionKind.class);
        Map<RegionKind, Long> tailDeltas = new EnumMap<>(RegionKind.class);
        for (RegionKind kind : RegionKind.values()) {
            ObservedRegion region = new ObservedRegion(layout, kind, placement, address);
            if (layout.sizeBytes(kind) > 0) {
                ranges.put(kind, region.range());
                tailDeltas.put(kind, region.tailDelta());
            }
        }
        Optional<Address> perCpu = Optional.ofNullable(placement.sections().get(layout.perCpuSection()));
        return new SectionAddresses(layout, address, ranges, tailDeltas, perCpu);
    }

    private static void checkNamed(SectionLayout layout, Placement.AtSections placement) {
        for (Map.Entry<Integer, Address> entry : placement.sections().entrySet()) {
            int section = entry.getKey();
            if (section < 1 || section >= layout.sectionCount()) {
                throw refuse(
                        layout,
                        "section " + section + " at " + entry.getValue() + ": the file has sections 1 to "
                                + (layout.sectionCount() - 1));
            }
            if (!layout.isLoaded(section) && section != layout.perCpuSection()) {
                throw refuse(
                        layout,
                        "section " + section + " " + layout.section(section).name() + " at " + entry.getValue()
                                + ": it is not loaded by " + layout.profile());
            }
            // why: the kernel aligns regions to pages, so a section that asks for more may not have it
            long alignment = Math.min(
                    layout.section(section).alignment(), layout.profile().pageBytes());
            if (!entry.getValue().isAligned(alignment)) {
                throw refuse(
                        layout,
                        "section " + section + " " + layout.section(section).name() + " at " + entry.getValue()
                                + ": its alignment is " + alignment);
            }
        }
    }

    private void checkRegionsApart() {
        List<RegionKind> kinds = new ArrayList<>(ranges.keySet());
        for (int i = 0; i < kinds.size(); i++) {
            for (int j = i + 1; j < kinds.size(); j++) {
                AddressRange one = range(kinds.get(i)).orElseThrow();
                AddressRange other = range(kinds.get(j)).orElseThrow();
                if (one.overlaps(other)) {
                    throw refuse(
                            layout,
                            "region " + kinds.get(i) + " " + one + " overlaps region " + kinds.get(j) + " " + other);
                }
            }
        }
    }

    /** The range of {@code sizeBytes} bytes from {@code base} on; refused if it leaves the address space of the file's class. */
    static AddressRange range(SectionLayout layout, String what, long base, long sizeBytes) {
        boolean isWide = layout.file().elf().elfClass() == ElfClass.ELF64;
        long last = sizeBytes == 0 ? base : base + sizeBytes - 1;
        if (sizeBytes < 0 || Long.compareUnsigned(last, base) < 0 || (!isWide && last >>> 32 != 0)) {
            throw refuse(
                    layout,
                    what + ": 0x" + Long.toHexString(sizeBytes) + " bytes from 0x" + Long.toHexString(base)
                            + " leave the address space of " + (isWide ? 64 : 32) + " bits");
        }
        return new AddressRange(Address.of(base), sizeBytes);
    }

    /** The exception for addresses that do not fit. The kernel has no such checks, since it chooses the addresses itself. */
    static LayoutException refuse(SectionLayout layout, String what) {
        return new LayoutException(Refusal.beyondKernel(layout.file().name() + ": " + what));
    }

    /** The layout that has these addresses. */
    public SectionLayout layout() {
        return layout;
    }

    /** The address of a loaded section; raises IllegalArgumentException for any other. */
    public long address(int section) {
        layout.region(section);
        return addressOrZero(section);
    }

    /** The address of a section; 0 if it is not loaded, as the kernel has it for symbols. */
    public long addressOrZero(int section) {
        return observed.length == 0
                ? bases[layout.regionNumber(section)] + layout.offsetOrZero(section)
                : observed[section];
    }

    /** The range of a region; empty if the module has no region of this kind. */
    public Optional<AddressRange> range(RegionKind kind) {
        return Optional.ofNullable(ranges.get(kind));
    }

    /** The address of {@code regionOffset}, an offset behind all sections of a region that is not empty, where symbol tables lie. */
    public long tailAddress(RegionKind kind, long regionOffset) {
        Long delta = tailDeltas.get(kind);
        if (delta == null) {
            throw new IllegalArgumentException(layout.file().name() + " has no region " + kind);
        }
        return delta + regionOffset;
    }

    /** The address at which per-CPU data was observed; empty if it was not named. */
    public Optional<Address> perCpu() {
        return perCpu;
    }
}
