package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.engine.resolution.ExportIndex;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The modules of a kernel, by name, by age and by address. It is changed under the kernel's lock and read without. */
final class ModuleList {

    private record Entry(Live module, long arrival) {}

    private record Place(AddressRange range, Live owner) {}

    private final Map<String, Entry> byName = new ConcurrentHashMap<>();
    private final ExportIndex<Live> exports = new ExportIndex<>();
    private final NavigableMap<Address, Place> places = new ConcurrentSkipListMap<>();
    /** How many modules there are of each size of {@code struct module} in the file. */
    private final Map<Long, Integer> structSizes = new ConcurrentHashMap<>();

    private volatile @Nullable NameIndex names;
    private long arrivals;

    Optional<Live> find(String name) {
        Entry entry = byName.get(name);
        return entry == null ? Optional.empty() : Optional.of(entry.module());
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    /** All modules, the most recent first. */
    List<Live> all() {
        return byName.values().stream()
                .sorted(Comparator.comparingLong(Entry::arrival).reversed())
                .map(Entry::module)
                .toList();
    }

    /** Whether {@code struct module} of a module has another size than {@code sizeBytes}. Takes no longer for many modules than for one. */
    boolean hasStructBesides(long sizeBytes) {
        return structSizes.size() > 1 || (!structSizes.isEmpty() && !structSizes.containsKey(sizeBytes));
    }

    private static Optional<Long> structSize(Live module) {
        return module.file().thisModule().map(Section::sizeBytes);
    }

    ExportIndex<Live> exports() {
        return exports;
    }

    /** The index of the modules' symbols by name, once it was built. */
    Optional<NameIndex> names() {
        return Optional.ofNullable(names);
    }

    /** Builds the index by name, if nobody has yet. Called under the kernel's lock. */
    NameIndex indexNames() {
        NameIndex known = names;
        if (known == null) {
            known = new NameIndex();
            List<Live> newestFirst = all();
            for (int i = newestFirst.size() - 1; i >= 0; i--) {
                known.add(newestFirst.get(i));
            }
            names = known;
        }
        return known;
    }

    /** The module that has memory at {@code address}. */
    Optional<Live> at(Address address) {
        Map.Entry<Address, Place> below = places.floorEntry(address);
        return below != null && below.getValue().range().contains(address)
                ? Optional.of(below.getValue().owner())
                : Optional.empty();
    }

    /** Adds a module as the most recent one, with its exports and its memory, and makes it a user of the modules that it uses. */
    void add(Live module) {
        byName.put(module.name(), new Entry(module, arrivals++));
        exports.add(module);
        structSize(module).ifPresent(size -> structSizes.merge(size, 1, Integer::sum));
        NameIndex known = names;
        if (known != null) {
            known.add(module);
        }
        for (RegionKind kind : module.placed().plan().layout().regions()) {
            module.placed().range(kind).ifPresent(range -> places.put(range.start(), new Place(range, module)));
        }
        module.resolved().uses().forEach(used -> used.life().addUser(module));
    }

    /** The module that has memory in {@code range}. Modules do not overlap, so only the nearest places on either side need a look. */
    Optional<Live> occupant(AddressRange range) {
        Map.Entry<Address, Place> below = places.floorEntry(range.start());
        if (below != null && below.getValue().range().overlaps(range)) {
            return Optional.of(below.getValue().owner());
        }
        Map.Entry<Address, Place> above = places.ceilingEntry(range.start());
        return above != null && above.getValue().range().overlaps(range)
                ? Optional.of(above.getValue().owner())
                : Optional.empty();
    }

    /** Raises an exception if a module lies in memory that an allocator has handed out. */
    void requireFree(AddressRange range) {
        occupant(range).ifPresent(other -> {
            throw new LayoutException(Refusal.beyondKernel("memory at " + range + " overlaps that of " + other.name()
                    + ", which was placed where the allocator does not know of it"));
        });
    }

    /** Forgets the memory of a module's region, which is about to be freed. */
    void vacate(Live module, RegionKind kind) {
        module.placed().range(kind).ifPresent(range -> forget(module, range));
    }

    private void forget(Live module, AddressRange range) {
        Place place = places.get(range.start());
        if (place != null && place.owner() == module) { // why: freed init memory may be another module's by now
            places.remove(range.start());
        }
    }

    /** Undoes {@link #add}. */
    void remove(Live module) {
        byName.remove(module.name());
        exports.remove(module);
        structSize(module)
                .ifPresent(size -> structSizes.computeIfPresent(size, (any, count) -> count == 1 ? null : count - 1));
        NameIndex known = names;
        if (known != null) {
            known.remove(module);
        }
        for (RegionKind kind : module.placed().plan().layout().regions()) {
            module.placed().range(kind).ifPresent(range -> forget(module, range));
        }
        module.resolved().uses().forEach(used -> used.life().removeUser(module));
    }
}
