package io.modrt.layout;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;

/** Which addresses a module's regions and sections get. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface Placement {

    /** Each region goes where the runtime's allocator has room. */
    static Placement allocated() {
        return new Allocated();
    }

    /** Each region goes to a given base, on a page. The map names exactly the regions of the plan. */
    static Placement regions(Map<RegionKind, Address> bases) {
        Objects.requireNonNull(bases, "bases");
        return new AtRegions(bases);
    }

    /**
     * Sections go to given addresses, by section number, as a memory image or {@code /sys/module/NAME/sections} shows them. A section that
     * is not named goes as far from the nearest named section of its region as the plan has it, or from the region's start if
     * {@code regions} says where that is. {@code regions} may be empty or name some of the regions.
     */
    static Placement sections(Map<Integer, Address> sections, Map<RegionKind, AddressRange> regions) {
        Objects.requireNonNull(sections, "sections");
        Objects.requireNonNull(regions, "regions");
        return new AtSections(sections, regions);
    }

    /** See {@link #allocated()}. */
    record Allocated() implements Placement {}

    /**
     * See {@link #regions(Map)}.
     *
     * @param bases the base of each region
     */
    record AtRegions(Map<RegionKind, Address> bases) implements Placement {

        /** Copies the map. */
        public AtRegions {
            bases = Map.copyOf(bases);
        }
    }

    /**
     * See {@link #sections(Map, Map)}.
     *
     * @param sections addresses of sections, by section number
     * @param regions the ranges of the regions where they are known
     */
    record AtSections(Map<Integer, Address> sections, Map<RegionKind, AddressRange> regions) implements Placement {

        /** Copies the maps. */
        public AtSections {
            sections = Map.copyOf(sections);
            regions = Map.copyOf(regions);
        }
    }
}
