package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.image.PlacementEvidence.Source;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Works out where a module's regions are from addresses of its sections and symbols. Each address says where its region begins, and the place
 * that most of them say counts: an old text, or one that somebody has changed, may have others. Names that a file has twice are left out.
 */
final class GivenPlaces {

    /** Where a region is by what was given. */
    record Place(Address base, Source source, String detail) {}

    private final LayoutPlan plan;
    private final KnownAddresses known;

    GivenPlaces(LayoutPlan plan, KnownAddresses known) {
        this.plan = plan;
        this.known = known;
    }

    /** The regions of which the sections tell, and the others of which the symbols tell. */
    Map<RegionKind, Place> regions() {
        Map<RegionKind, Place> places = new EnumMap<>(RegionKind.class);
        places.putAll(vote(sections(), Source.GIVEN_SECTIONS, "sections"));
        vote(symbols(), Source.GIVEN_SYMBOLS, "symbols").forEach(places::putIfAbsent);
        return places;
    }

    private Map<RegionKind, Map<Address, Integer>> sections() {
        Map<RegionKind, Map<Address, Integer>> votes = new EnumMap<>(RegionKind.class);
        Map<String, Integer> counts = new HashMap<>();
        plan.file().elf().sections().forEach(section -> counts.merge(section.name(), 1, Integer::sum));
        for (Section section : plan.file().elf().sections()) {
            Address given = known.sections().get(section.name());
            if (given != null && counts.getOrDefault(section.name(), 0) == 1) {
                add(section, given, votes);
            }
        }
        return votes;
    }

    private Map<RegionKind, Map<Address, Integer>> symbols() {
        Map<RegionKind, Map<Address, Integer>> votes = new EnumMap<>(RegionKind.class);
        SymbolTable table = plan.file().symbols();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 1; i < table.count(); i++) {
            counts.merge(table.name(i), 1, Integer::sum);
        }
        for (int i = 1; i < table.count(); i++) {
            Address given = known.symbols().get(table.name(i));
            int index = table.sectionIndex(i);
            boolean isPlaced = index > 0 && index < plan.file().elf().sectionCount();
            if (given != null && isPlaced && counts.getOrDefault(table.name(i), 0) == 1) {
                add(plan.file().elf().section(index), given.plus(-table.value(i)), votes);
            }
        }
        return votes;
    }

    private void add(Section section, Address start, Map<RegionKind, Map<Address, Integer>> votes) {
        Optional<RegionKind> kind = plan.region(section);
        if (kind.isPresent()) {
            Address base = plan.archKernel()
                    .canonical(start)
                    .plus(-plan.regionOffset(section).orElse(0));
            if (base.isAligned(plan.profile().pageBytes())) {
                votes.computeIfAbsent(kind.get(), any -> new HashMap<>()).merge(base, 1, Integer::sum);
            }
        }
    }

    private static Map<RegionKind, Place> vote(
            Map<RegionKind, Map<Address, Integer>> votes, Source source, String what) {
        Map<RegionKind, Place> places = new EnumMap<>(RegionKind.class);
        votes.forEach((kind, bases) -> {
            int all = bases.values().stream().mapToInt(Integer::intValue).sum();
            bases.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .ifPresent(best -> places.put(
                            kind,
                            new Place(best.getKey(), source, best.getValue() + " of " + all + " " + what + " say so")));
        });
        return places;
    }
}
