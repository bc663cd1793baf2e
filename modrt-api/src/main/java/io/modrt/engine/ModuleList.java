package io.modrt.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The modules of a kernel, by name and by age. Changed under the kernel's lock, read without. */
final class ModuleList {

    private record Entry(Live module, long arrival) {}

    private final Map<String, Entry> byName = new ConcurrentHashMap<>();
    private final ExportIndex exports = new ExportIndex();
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

    ExportIndex exports() {
        return exports;
    }

    /** Puts a module at the head, where its exports are found and its imports are accounted for. */
    void add(Live module) {
        byName.put(module.name(), new Entry(module, arrivals++));
        exports.add(module);
        module.resolved().uses().forEach(used -> used.addUser(module));
    }

    /** Undoes {@link #add}. */
    void remove(Live module) {
        byName.remove(module.name());
        exports.remove(module);
        module.resolved().uses().forEach(used -> used.removeUser(module));
    }
}
