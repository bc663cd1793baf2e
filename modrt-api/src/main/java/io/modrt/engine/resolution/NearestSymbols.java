package io.modrt.engine.resolution;

import io.modrt.address.Address;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.load.AddressMap;
import io.modrt.load.LoadedSymbol;
import io.modrt.load.SymbolOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Finds the symbol nearest to an address, as the kernel's {@code find_kallsyms_symbol} does. */
public final class NearestSymbols {
    private final AddressMap map;
    private final SymbolTable symbols;
    private final long[] values;
    private final Map<Integer, NavigableMap<Long, Integer>> bySection = new HashMap<>();

    /** Indexes the named symbols of all sections. Of several symbols at one place the first is taken, as in the kernel. */
    public NearestSymbols(AddressMap map, SymbolTable symbols, long[] values, Predicate<String> isMappingSymbol) {
        this.map = map;
        this.symbols = symbols;
        this.values = values;
        for (int i = 1; i < symbols.count(); i++) {
            int section = KallsymsLayout.section(symbols, i);
            if (section != 0 && isName(i) && !isMappingSymbol.test(symbols.name(i))) {
                bySection
                        .computeIfAbsent(section, any -> new TreeMap<>(Long::compareUnsigned))
                        .putIfAbsent(symbols.value(i), i);
            }
        }
    }

    /** Whether a symbol names a place: it has a name, is not a local label of the compiler, and stands for neither a section nor a file. */
    private boolean isName(int symbol) {
        return !symbols.isNamed(symbol, "")
                && !symbols.startsWith(symbol, ".L")
                && symbols.type(symbol) != Symbol.STT_SECTION
                && symbols.type(symbol) != Symbol.STT_FILE;
    }

    /** The nearest symbol at or in front of an address, within its section; empty if there is none. */
    public Optional<SymbolOffset> at(Address address) {
        return map.at(address)
                .flatMap(place -> Optional.ofNullable(
                                bySection.get(place.section().index()))
                        .map(inSection -> inSection.floorEntry(place.sectionOffset()))
                        .map(nearest -> new SymbolOffset(
                                new LoadedSymbol(
                                        symbols.symbol(nearest.getValue()), Address.of(values[nearest.getValue()])),
                                place.sectionOffset() - nearest.getKey())));
    }
}
