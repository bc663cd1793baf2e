package io.modrt.layout;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.Map;
import org.apiguardian.api.API;

/** Where the caller wants a module. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface Placement {

    /** Memory from the runtime's allocator. */
    static Placement allocated() {
        return new Allocated();
    }

    /** Each region at a given base; the regions of the plan are named, all of them and no others. */
    static Placement regions(Map<RegionKind, Address> bases) {
        return new AtRegions(bases);
    }

    /**
     * Each section at a given address, by section index, as a memory image or {@code /sys/module/NAME/sections} shows it.
     * Sections that are not named, and the areas between, lie relative to their neighbours as the plan has them, where the
     * region's range is known; {@code regions} may be empty or name some.
     */
    static Placement sections(Map<Integer, Address> sections, Map<RegionKind, AddressRange> regions) {
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
     * @param sections the address of each section, by index
     * @param regions the ranges of regions that are known
     */
    record AtSections(Map<Integer, Address> sections, Map<RegionKind, AddressRange> regions) implements Placement {

        /** Copies the maps. */
        public AtSections {
            sections = Map.copyOf(sections);
            regions = Map.copyOf(regions);
        }
    }
}
