package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/** Symbols that were read from somewhere, by name. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SymbolMap implements KernelSymbols {

    private final Map<String, KernelSymbol> symbols;
    private final Set<String> absolute;
    private final Map<String, SymbolMap> modules;

    private SymbolMap(Map<String, KernelSymbol> symbols, Set<String> absolute, Map<String, SymbolMap> modules) {
        this.symbols = symbols;
        this.absolute = absolute;
        this.modules = modules;
    }

    static SymbolMap of(Map<String, Address> values) {
        Builder builder = new Builder();
        values.forEach((name, value) -> builder.put(KernelSymbol.of(name, value)));
        return builder.build();
    }

    /** Collects symbols. */
    static final class Builder {

        private final Map<String, KernelSymbol> symbols;
        private final Set<String> local = new HashSet<>();
        private final Set<String> absolute = new HashSet<>();
        private final Map<String, Builder> modules = new HashMap<>();

        Builder() {
            this(0);
        }

        /** With room for so many symbols before it has to grow. */
        Builder(int expected) {
            symbols = new HashMap<>(expected + expected / 2);
        }

        /** What is said of the owner {@code name}; the kernel proper for the empty name. */
        Builder owner(String name) {
            return name.isEmpty() ? this : modules.computeIfAbsent(name, module -> new Builder());
        }

        /** Replaces a symbol of the same name. */
        void put(KernelSymbol symbol) {
            symbols.put(symbol.name(), symbol);
        }

        /**
         * A symbol that other files of the kernel see: the first of its name stays, before any that is local to a file. Whether
         * this one does.
         */
        boolean offerGlobal(KernelSymbol symbol) {
            boolean stays = local.remove(symbol.name()) || !symbols.containsKey(symbol.name());
            if (stays) {
                put(symbol);
                absolute.remove(symbol.name());
            }
            return stays;
        }

        /** A symbol that is local to a file: the first of its name stays. Whether this one does. */
        boolean offerLocal(KernelSymbol symbol) {
            boolean stays = symbols.putIfAbsent(symbol.name(), symbol) == null;
            if (stays) {
                local.add(symbol.name());
            }
            return stays;
        }

        /** That the symbol {@code name} is absolute. */
        void markAbsolute(String name) {
            absolute.add(name);
        }

        Optional<KernelSymbol> find(String name) {
            return Optional.ofNullable(symbols.get(name));
        }

        List<String> names() {
            return List.copyOf(symbols.keySet());
        }

        SymbolMap build() {
            Map<String, SymbolMap> owned = new HashMap<>();
            modules.forEach((name, builder) -> owned.put(name, builder.build()));
            return new SymbolMap(symbols, absolute, owned);
        }
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return Optional.ofNullable(symbols.get(name));
    }

    /** The same moved by {@code byteDelta}, but for absolute symbols; modules' symbols, which are not the kernel's, stay too. */
    @Override
    public SymbolMap slid(long byteDelta) {
        Map<String, KernelSymbol> moved = new HashMap<>(symbols);
        moved.replaceAll((name, symbol) -> absolute.contains(name) ? symbol : symbol.slid(byteDelta));
        return new SymbolMap(moved, absolute, modules);
    }

    /** All symbols, in no order; of modules none, see {@link #ownedBy}. */
    public Collection<KernelSymbol> symbols() {
        return Collections.unmodifiableCollection(symbols.values());
    }

    /** The value of each symbol; a copy. */
    public Map<String, Address> values() {
        Map<String, Address> values = new HashMap<>();
        symbols.forEach((name, symbol) -> values.put(name, symbol.value()));
        return values;
    }

    /** The modules whose symbols the source had too. */
    public Set<String> modules() {
        return Collections.unmodifiableSet(modules.keySet());
    }

    /** The symbols that the source says the loaded module {@code module} has; none where it does not know it. */
    public SymbolMap ownedBy(String module) {
        return modules.getOrDefault(module, new SymbolMap(Map.of(), Set.of(), Map.of()));
    }

    /** How many symbols there are. */
    @Override
    public String toString() {
        return symbols.size() + " kernel symbols"
                + (modules.isEmpty() ? "" : ", and those of " + modules.size() + " modules");
    }
}
