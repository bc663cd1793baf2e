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
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Symbols by name. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SymbolMap implements BulkSymbols {

    private final Map<String, KernelSymbol> symbols;
    private final Set<String> absolute;
    private final Map<String, SymbolMap> modules;
    private final List<String> remarks;
    /** The same symbols for loads; made for the first. */
    private volatile @Nullable SymbolIndex index;

    private SymbolMap(
            Map<String, KernelSymbol> symbols,
            Set<String> absolute,
            Map<String, SymbolMap> modules,
            List<String> remarks) {
        this.symbols = symbols;
        this.absolute = absolute;
        this.modules = modules;
        this.remarks = remarks;
    }

    static SymbolMap of(Map<String, Address> values) {
        Builder builder = new Builder();
        values.forEach((name, value) -> builder.put(KernelSymbol.of(name, value)));
        return builder.build(List.of());
    }

    /** Collects symbols. */
    static final class Builder {

        private final Map<String, KernelSymbol> symbols;
        private final Set<String> local = new HashSet<>();
        private final Set<String> absolute = new HashSet<>();
        private final Map<String, Integer> crcs = new HashMap<>();
        private final Map<String, Builder> modules = new HashMap<>();

        Builder() {
            this(0);
        }

        /** Has room for {@code expected} symbols before it has to grow. */
        Builder(int expected) {
            symbols = new HashMap<>(expected + expected / 2);
        }

        /** The symbols of the module {@code name}, or of the kernel itself if the name is empty. */
        Builder owner(String name) {
            return name.isEmpty() ? this : modules.computeIfAbsent(name, module -> new Builder());
        }

        /** Replaces a symbol of the same name. */
        void put(KernelSymbol symbol) {
            symbols.put(symbol.name(), symbol);
        }

        /**
         * Offers a symbol that is global in the kernel. The first global symbol of a name is kept, and it replaces a local one.
         *
         * @return whether this one is kept
         */
        boolean offerGlobal(KernelSymbol symbol) {
            boolean stays = local.remove(symbol.name()) || !symbols.containsKey(symbol.name());
            if (stays) {
                put(symbol);
                absolute.remove(symbol.name());
            }
            return stays;
        }

        /**
         * Offers a symbol that is local to one of the kernel's object files. The first one of a name is kept, unless there is a global one.
         *
         * @return whether this one is kept
         */
        boolean offerLocal(KernelSymbol symbol) {
            boolean stays = symbols.putIfAbsent(symbol.name(), symbol) == null;
            if (stays) {
                local.add(symbol.name());
            }
            return stays;
        }

        /** Notes that the symbol {@code name} is absolute. */
        void markAbsolute(String name) {
            absolute.add(name);
        }

        /** Notes the CRC of an export. */
        void crc(String name, int value) {
            crcs.put(name, value);
        }

        /** The CRCs that were noted. */
        Map<String, Integer> crcs() {
            return crcs;
        }

        Optional<KernelSymbol> find(String name) {
            return Optional.ofNullable(symbols.get(name));
        }

        boolean isAbsolute(String name) {
            return absolute.contains(name);
        }

        /** Whether the symbol of this name is local to one of the kernel's object files, in a source that tells global symbols apart. */
        boolean isHidden(String name) {
            return local.contains(name) && local.size() < symbols.size();
        }

        Set<String> names() {
            return Collections.unmodifiableSet(symbols.keySet());
        }

        /** The symbols of each module. */
        Collection<Builder> modules() {
            return modules.values();
        }

        /** Changes each symbol. */
        void change(UnaryOperator<KernelSymbol> change) {
            symbols.replaceAll((name, symbol) -> change.apply(symbol));
        }

        /** The map of these symbols; the builder must not be used any more. */
        SymbolMap build(List<String> remarks) {
            Map<String, SymbolMap> owned = new HashMap<>();
            modules.forEach((name, builder) -> owned.put(name, builder.build(List.of())));
            return new SymbolMap(symbols, absolute, owned, remarks);
        }
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return Optional.ofNullable(symbols.get(name));
    }

    @Override
    public void answer(SymbolQuery query) {
        SymbolIndex known = index;
        if (known == null) {
            known = new SymbolIndex(symbols.values());
            index = known;
        }
        known.answer(query);
    }

    /** The same moved by {@code byteDelta}. Absolute symbols do not move, and neither do those of modules. */
    @Override
    public SymbolMap slid(long byteDelta) {
        Map<String, KernelSymbol> moved = new HashMap<>(symbols);
        moved.replaceAll((name, symbol) -> absolute.contains(name) ? symbol : symbol.slid(byteDelta));
        return new SymbolMap(moved, absolute, modules, remarks);
    }

    @Override
    public List<String> remarks() {
        return remarks;
    }

    /** All of the kernel's symbols, in no order. {@link #ownedBy} has those of modules. */
    public Collection<KernelSymbol> symbols() {
        return Collections.unmodifiableCollection(symbols.values());
    }

    /** The value of each symbol, by name; a copy. */
    public Map<String, Address> values() {
        Map<String, Address> values = new HashMap<>();
        symbols.forEach((name, symbol) -> values.put(name, symbol.value()));
        return values;
    }

    /** The names of the modules whose symbols the source has. */
    public Set<String> modules() {
        return Collections.unmodifiableSet(modules.keySet());
    }

    /** The symbols of the loaded module of this name; none if the source does not have that module. */
    public SymbolMap ownedBy(String module) {
        return modules.getOrDefault(module, new SymbolMap(Map.of(), Set.of(), Map.of(), List.of()));
    }

    /** The number of symbols, for example {@code 12 kernel symbols}. */
    @Override
    public String toString() {
        return symbols.size() + " kernel symbols"
                + (modules.isEmpty() ? "" : ", and those of " + modules.size() + " modules");
    }
}
