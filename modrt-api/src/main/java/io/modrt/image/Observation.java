package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.ModrtException;
import io.modrt.image.PlacementEvidence.Source;
import io.modrt.image.ShapeEvidence.Voter;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds where one module's regions were, those that the kernel has freed included. The region with {@code struct module} follows from its
 * place, the others from its fields. Where a region that was freed was shows in the words that refer to it: the module is relocated with
 * that region at two made-up places, and each word that differs by their distance says where the region was. A region to which no word
 * refers may have been anywhere.
 */
final class Observation {
    /** So far from the module lie the made-up places of regions that are gone. */
    private static final long GAP_BYTES = 0x10_0000;

    private static final long MOVED_BYTES = 0x1_0000;

    private final KernelMemory memory;
    private final Voter voter;
    private final LayoutPlan plan;
    private final StructModuleShape shape;
    private final Map<RegionKind, AddressRange> regions = new EnumMap<>(RegionKind.class);
    private final Map<Integer, Address> perCpu = new HashMap<>();
    private final List<RegionKind> unknown = new ArrayList<>();
    private final List<PlacementEvidence> evidence = new ArrayList<>();
    private final KnownAddresses known;

    /**
     * Of one module.
     *
     * @param known addresses that something besides the image tells, which count more than what the image tells
     */
    Observation(KernelMemory memory, Voter voter, StructModuleShape shape, KnownAddresses known) {
        this.known = known;
        this.memory = memory;
        this.voter = voter;
        this.plan = voter.plan();
        this.shape = shape;
    }

    /** Whether the kernel has freed the module's init regions. */
    boolean isInitGone() {
        return voter.module().state() == 0;
    }

    /** What was found how. */
    List<PlacementEvidence> evidence() {
        return evidence;
    }

    /** Where the regions that stay are; known before the others are looked for. */
    Map<RegionKind, AddressRange> findKept() {
        new GivenPlaces(plan, known).regions().forEach((kind, place) -> {
            regions.put(kind, new AddressRange(place.base(), size(kind)));
            note(kind.toString(), place.base(), place.source(), place.detail());
        });
        Optional<Section> own = plan.file().thisModule();
        for (Region region : plan.regions()) {
            RegionKind kind = region.kind();
            if (regions.containsKey(kind)) {
                continue;
            }
            if (own.isPresent() && plan.region(own.get()).filter(kind::equals).isPresent()) {
                long offset = plan.regionOffset(own.get()).orElse(0);
                keep(region, voter.module().at().plus(-offset), Source.STRUCT_MODULE);
            } else {
                field(ShapeEvidence.baseOf(kind)).ifPresent(base -> keep(region, base, Source.FIELD));
            }
        }
        ShapeEvidence.perCpu(plan).ifPresent(section -> {
            Address given = known.sections().get(section.name());
            Optional<Address> base = given == null ? field("percpu") : Optional.of(given);
            base.ifPresent(start -> {
                perCpu.put(section.index(), start);
                note(section.name(), start, given == null ? Source.FIELD : Source.GIVEN_SECTIONS, "");
            });
        });
        return regions;
    }

    private void keep(Region region, Address base, Source source) {
        regions.put(region.kind(), new AddressRange(base, region.sizeBytes()));
        note(region.kind().toString(), base, source, "");
    }

    private void note(String part, Address base, Source source, String detail) {
        evidence.add(new PlacementEvidence(part, Optional.of(base), source, detail));
    }

    /**
     * Where the regions are of a module without a {@code struct module}: as given, or where its code is. Returns whether one was found. Instead
     * of {@link #findKept}.
     */
    boolean findSearched(List<AddressRange> areas) {
        new GivenPlaces(plan, known).regions().forEach((kind, place) -> {
            regions.put(kind, new AddressRange(place.base(), size(kind)));
            note(kind.toString(), place.base(), place.source(), place.detail());
        });
        List<Sighting> sightings = FileSearch.ofAll(memory, plan).in(areas).stream()
                .filter(sighting -> sighting.base().isAligned(plan.profile().pageBytes()))
                .sorted(Comparator.comparingInt(Sighting::pieces).reversed())
                .toList();
        for (Sighting sighting : sightings) {
            if (!regions.containsKey(sighting.kind())) {
                regions.put(sighting.kind(), new AddressRange(sighting.base(), size(sighting.kind())));
                note(
                        sighting.kind().toString(),
                        sighting.base(),
                        Source.SEARCH,
                        sighting.pieces() + " of " + sighting.outOf() + " pieces");
            }
        }
        return !regions.isEmpty();
    }

    private Optional<Address> field(String name) {
        OptionalInt offset = shape.offset(name);
        if (offset.isEmpty() || offset.getAsInt() + memory.wordBytes() > voter.bytes().length) {
            return Optional.empty();
        }
        long word = memory.word(voter.bytes(), offset.getAsInt());
        return word == 0 ? Optional.empty() : Optional.of(Address.of(word));
    }

    /**
     * The placement, with the regions that are gone where they were. To be called after {@link #findKept}, when the modules that this one
     * uses are loaded.
     */
    Placement placement() {
        for (Region region : plan.regions()) {
            if (!regions.containsKey(region.kind())) {
                unknown.add(region.kind());
            }
        }
        Map<RegionKind, AddressRange> guess = new EnumMap<>(regions);
        long next = madeUp();
        for (RegionKind kind : unknown) {
            long sizeBytes = size(kind);
            guess.put(kind, new AddressRange(Address.of(next), sizeBytes));
            next += sizeBytes + GAP_BYTES & -(long) plan.profile().pageBytes();
        }
        for (RegionKind kind : List.copyOf(unknown)) {
            Optional<Address> base = find(kind, guess);
            base.ifPresent(found -> {
                guess.put(kind, new AddressRange(found, size(kind)));
                unknown.remove(kind);
            });
            if (base.isEmpty()) {
                evidence.add(new PlacementEvidence(kind.toString(), base, Source.NOTHING, ""));
            }
        }
        return Placement.sections(perCpu, guess);
    }

    /** Where a region was that is gone. */
    private Optional<Address> find(RegionKind kind, Map<RegionKind, AddressRange> guess) {
        Optional<Address> base = byInit(kind);
        Source source = Source.INIT_POINTER;
        if (base.isEmpty()) {
            base = byAttributes(kind);
            source = Source.SECTION_ATTRIBUTES;
        }
        if (base.isEmpty()) {
            base = solve(kind, guess);
            source = Source.REFERENCES;
        }
        if (base.isPresent()) {
            note(kind.toString(), base.get(), source, "");
        }
        return base;
    }

    /** The placement with the regions of which nothing is known, or which others took over, elsewhere: somewhere from {@code free} on. */
    Placement placement(Address free) {
        Map<RegionKind, AddressRange> moved = new EnumMap<>(regions);
        Address next = free;
        for (Region region : plan.regions()) {
            if (!regions.containsKey(region.kind())) {
                moved.put(region.kind(), new AddressRange(next, region.sizeBytes()));
                next = next.plus(
                        region.sizeBytes() + GAP_BYTES & -(long) plan.profile().pageBytes());
            }
        }
        return Placement.sections(perCpu, moved);
    }

    private long size(RegionKind kind) {
        return ShapeEvidence.region(plan, kind).map(Region::sizeBytes).orElse(0L);
    }

    private long madeUp() {
        long end = regions.values().stream()
                .map(AddressRange::end)
                .max(Comparator.naturalOrder())
                .map(Address::value)
                .orElse(0L);
        return end + GAP_BYTES & -(long) plan.profile().pageBytes();
    }

    /** By the pointer to the init function, where that points to its code. */
    private Optional<Address> byInit(RegionKind kind) {
        ModuleFile file = plan.file();
        int symbol = file.symbols().indexOf("init_module");
        Optional<Address> init = field("init");
        if (symbol == SymbolTable.NONE || init.isEmpty()) {
            return Optional.empty();
        }
        int index = file.symbols().sectionIndex(symbol);
        if (index <= 0 || index >= file.elf().sectionCount()) {
            return Optional.empty();
        }
        Section section = file.elf().section(index);
        if (plan.region(section).filter(kind::equals).isEmpty()) {
            return Optional.empty();
        }
        long offset = plan.regionOffset(section).orElse(0) + file.symbols().value(symbol);
        return init.map(code -> code.plus(-offset))
                .filter(base -> base.isAligned(plan.profile().pageBytes()));
    }

    private Optional<Address> byAttributes(RegionKind kind) {
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        regions.forEach((known, range) -> bases.put(known, range.start()));
        return new SectionAttributes(memory, voter).base(kind, bases);
    }

    private Optional<Address> solve(RegionKind kind, Map<RegionKind, AddressRange> guess) {
        Map<RegionKind, AddressRange> moved = new EnumMap<>(guess);
        AddressRange first = guess.get(kind);
        if (first == null) {
            return Optional.empty();
        }
        moved.put(kind, new AddressRange(first.start().plus(MOVED_BYTES), first.sizeBytes()));
        Map<Long, Integer> votes = new HashMap<>();
        try {
            RelocatedModule one = relocate(guess);
            RelocatedModule two = relocate(moved);
            for (RegionKind kept : regions.keySet()) {
                vote(kept, one.bytes(kept), two.bytes(kept), first.start().value(), votes);
            }
        } catch (ModrtException outOfReach) {
            evidence.add(new PlacementEvidence(
                    kind.toString(), Optional.empty(), Source.NOTHING, String.valueOf(outOfReach.getMessage())));
        }
        return votes.entrySet().stream().max(Map.Entry.comparingByValue()).map(best -> Address.of(best.getKey()));
    }

    private RelocatedModule relocate(Map<RegionKind, AddressRange> places) {
        try (PlacedModule placed = plan.place(Placement.sections(perCpu, places))) {
            return placed.resolve().relocate();
        }
    }

    private void vote(RegionKind kept, byte[] one, byte[] two, long place, Map<Long, Integer> votes) {
        AddressRange range = regions.get(kept);
        Optional<byte[]> there = range == null ? Optional.empty() : memory.bytes(range.start(), one.length);
        if (there.isEmpty()) {
            return;
        }
        byte[] found = there.get();
        int wordBytes = memory.wordBytes();
        long mask = wordBytes == Integer.BYTES ? 0xffff_ffffL : -1L;
        for (int at = 0; at + wordBytes <= one.length; at += Integer.BYTES) {
            long before = memory.word(one, at);
            long distance = memory.word(two, at) - before;
            long now = memory.word(found, at);
            if ((distance & mask) == MOVED_BYTES) {
                // why: a pointer that was cleared tells nothing
                if (now != 0) {
                    count(place + (now - before) & mask, votes);
                }
            } else if (wordBytes == Long.BYTES) {
                int narrow = Bytes.getInt(one, at, memory.isBig());
                if (Bytes.getInt(two, at, memory.isBig()) - narrow == MOVED_BYTES) {
                    count(place + (Bytes.getInt(found, at, memory.isBig()) - narrow), votes);
                }
            }
        }
    }

    private void count(long base, Map<Long, Integer> votes) {
        if ((base & plan.profile().pageBytes() - 1) == 0) {
            votes.merge(base, 1, Integer::sum);
        }
    }
}
