package io.modrt.export;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.spi.Stub;
import java.util.ArrayList;
import java.util.List;

/** The places between a region's sections where stubs, or the slots that these load from, lie. */
final class Gaps {
    private Gaps() {}

    /**
     * The gaps with a stub or slot in them, by ascending address.
     *
     * @param sections the region's sections, by ascending address
     */
    static List<AddressRange> of(PlacedModule placed, RegionKind kind, List<Section> sections, List<Stub> stubs) {
        AddressRange region = placed.range(kind).orElseThrow();
        List<AddressRange> found = new ArrayList<>();
        Address at = region.start();
        for (Section section : sections) {
            Address start = placed.address(section).orElseThrow();
            add(found, at, start, stubs);
            Address end = start.plus(placed.shape(section).sizeBytes());
            at = end.compareTo(at) > 0 ? end : at;
        }
        add(found, at, region.start().plus(region.sizeBytes()), stubs);
        return found;
    }

    private static void add(List<AddressRange> found, Address start, Address end, List<Stub> stubs) {
        if (start.compareTo(end) >= 0) {
            return;
        }
        AddressRange gap = new AddressRange(start, end.minus(start));
        if (stubs.stream()
                .anyMatch(stub -> gap.contains(stub.address())
                        || stub.slot().filter(gap::contains).isPresent())) {
            found.add(gap);
        }
    }
}
