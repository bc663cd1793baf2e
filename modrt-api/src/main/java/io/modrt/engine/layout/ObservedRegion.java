package io.modrt.engine.layout;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One region of a module whose sections were observed in memory: derives addresses that were not named, and the region's range. */
final class ObservedRegion {
    /** The most bytes that a region may span beyond twice its size in the layout. */
    private static final long SLACK_BYTES = 1 << 20;

    private final SectionLayout layout;
    private final RegionKind kind;
    private final Placement.AtSections seen;
    private final @Nullable AddressRange known;
    private final int[] sections;
    private final long[] address;

    /** Completes {@code address}, by section index, for the sections of {@code kind}. */
    ObservedRegion(SectionLayout layout, RegionKind kind, Placement.AtSections seen, long[] address) {
        this.layout = layout;
        this.kind = kind;
        this.seen = seen;
        this.address = address;
        known = seen.regions().get(kind);
        sections = layout.sections(kind);
        derive();
        checkApart();
    }

    /** Gives each section an address, as far from the nearest section that is named as in the layout. */
    private void derive() {
        Anchor last = known == null ? null : new Anchor(0, known.start().value());
        Anchor[] before = new Anchor[sections.length];
        for (int i = 0; i < sections.length; i++) {
            last = anchor(sections[i], last);
            before[i] = last;
        }
        Anchor next = null;
        for (int i = sections.length - 1; i >= 0; i--) {
            next = anchor(sections[i], next);
            address[sections[i]] = nearest(before[i], next, layout.offset(sections[i]));
        }
    }

    /** A place of the layout whose address is known. */
    private record Anchor(long offset, long address) {}

    private @Nullable Anchor anchor(int section, @Nullable Anchor otherwise) {
        Address named = seen.sections().get(section);
        return named == null ? otherwise : new Anchor(layout.offset(section), named.value());
    }

    private long nearest(@Nullable Anchor before, @Nullable Anchor next, long offset) {
        boolean isNextNearer = before == null || (next != null && next.offset - offset < offset - before.offset);
        Anchor anchor = isNextNearer ? next : before;
        if (anchor != null) {
            return anchor.address + (offset - anchor.offset);
        }
        if (layout.sizeBytes(kind) > 0) {
            throw SectionAddresses.refuse(
                    layout,
                    "region " + kind + " of 0x" + Long.toHexString(layout.sizeBytes(kind))
                            + " bytes has no address; name its range or one of its sections, for example "
                            + describe(sections[0]));
        }
        return offset;
    }

    private void checkApart() {
        Integer[] byAddress = Arrays.stream(sections)
                .filter(section -> end(section) != start(section))
                .boxed()
                .toArray(Integer[]::new);
        Arrays.sort(byAddress, Comparator.comparing((Integer section) -> Address.of(start(section))));
        for (int i = 0; i < byAddress.length; i++) {
            int upper = byAddress[i];
            SectionAddresses.range(layout, describe(upper), start(upper), end(upper) - start(upper));
            if (i > 0 && Long.compareUnsigned(start(upper), end(byAddress[i - 1])) < 0) {
                int lower = byAddress[i - 1];
                throw SectionAddresses.refuse(
                        layout,
                        describe(lower) + " ends at 0x" + Long.toHexString(end(lower))
                                + " and overlaps " + describe(upper) + ", which takes memory from 0x"
                                + Long.toHexString(start(upper)) + " on");
            }
        }
    }

    /** The start of the section, including the bytes that the architecture reserves in front of it. */
    private long start(int section) {
        return address[section] - layout.frontBytes(section);
    }

    /** The end of the section, including the bytes that the architecture reserves behind it. */
    private long end(int section) {
        return address[section] + layout.section(section).sizeBytes() + layout.behindBytes(section);
    }

    private String describe(int section) {
        return "section " + section + " " + layout.section(section).name() + " at 0x"
                + Long.toHexString(address[section]);
    }

    /**
     * The range that was named, or else one for the sections and for the layout's bytes in front of the first and behind the last of them.
     */
    AddressRange range() {
        AddressRange range;
        if (known == null) {
            int lowest = sections[0];
            for (int section : sections) {
                lowest = Long.compareUnsigned(start(section), start(lowest)) < 0 ? section : lowest;
            }
            long headBytes = layout.offset(sections[0]) - layout.frontBytes(sections[0]);
            long start = start(lowest) - headBytes;
            range = SectionAddresses.range(
                    layout, "region " + kind, start, tailDelta() + layout.sizeBytes(kind) - start);
        } else {
            range = SectionAddresses.range(
                    layout, "region " + kind, known.start().value(), known.sizeBytes());
        }
        checkInside(range);
        return range;
    }

    private void checkInside(AddressRange range) {
        for (int section : sections) {
            long size = end(section) - start(section);
            if (!range.contains(new AddressRange(Address.of(start(section)), size))) {
                throw SectionAddresses.refuse(
                        layout,
                        describe(section) + " of 0x" + Long.toHexString(size) + " bytes is outside region " + kind + " "
                                + range);
            }
        }
        long usedEnd = tailDelta() + layout.usedBytes(kind);
        if (Long.compareUnsigned(usedEnd, range.start().value()) < 0
                || usedEnd - range.start().value() > range.sizeBytes()) {
            throw SectionAddresses.refuse(
                    layout,
                    "region " + kind + " " + range + " is too small: by the rules of " + layout.profile()
                            + " it is used up to 0x" + Long.toHexString(usedEnd));
        }
        if (range.sizeBytes() > 2 * layout.sizeBytes(kind) + SLACK_BYTES) {
            throw SectionAddresses.refuse(
                    layout,
                    "region " + kind + " " + range + " is too large: by the rules of "
                            + layout.profile() + " it has 0x" + Long.toHexString(layout.sizeBytes(kind))
                            + " bytes; are its sections in one block?");
        }
    }

    /** The difference between address and offset for all that lies behind the sections. */
    long tailDelta() {
        if (sections.length == 0) {
            if (known == null) {
                throw SectionAddresses.refuse(layout, "region " + kind + " has no section; name its range");
            }
            return known.start().value();
        }
        int highest = sections[0];
        long plannedEnd = 0;
        for (int section : sections) {
            highest = Long.compareUnsigned(end(section), end(highest)) > 0 ? section : highest;
            plannedEnd = Math.max(
                    plannedEnd,
                    layout.offset(section) + layout.section(section).sizeBytes() + layout.behindBytes(section));
        }
        return end(highest) - plannedEnd;
    }
}
