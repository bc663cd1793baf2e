package io.modrt.engine;

import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which modules have a symbol of which name, by the hash of the name, the most recent module first. A look-up thus asks few modules, however
 * many there are. It is changed under the kernel's lock and read without.
 */
final class NameIndex {
    private final Map<Integer, List<Live>> byHash = new ConcurrentHashMap<>();

    /** The modules that may have a symbol of this name. */
    List<Live> find(String name) {
        return byHash.getOrDefault(name.hashCode(), List.of());
    }

    void add(Live module) {
        for (int hash : hashes(module)) {
            byHash.merge(hash, List.of(module), (older, newer) -> {
                List<Live> both = new ArrayList<>(newer);
                both.addAll(older);
                return List.copyOf(both);
            });
        }
    }

    void remove(Live module) {
        for (int hash : hashes(module)) {
            byHash.computeIfPresent(hash, (any, modules) -> {
                List<Live> rest =
                        modules.stream().filter(other -> other != module).toList();
                return rest.isEmpty() ? null : rest;
            });
        }
    }

    private static Set<Integer> hashes(Live module) {
        Set<Integer> hashes = new HashSet<>();
        Optional<KallsymsLayout> tables = module.placed().plan().layout().kallsyms();
        if (tables.isPresent()) {
            SymbolTable symbols = tables.get().symbols();
            for (int i = 1; i < symbols.count(); i++) {
                if (symbols.rawSectionIndex(i) != Symbol.SHN_UNDEF && !symbols.isNamed(i, "")) {
                    hashes.add(symbols.name(i).hashCode());
                }
            }
        }
        return hashes;
    }
}
