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

/** A module's named places, by section and offset; made when first asked for. */
public final class NearestSymbols {
    private final AddressMap map;
    private final SymbolTable symbols;
    private final long[] values;
    private final Map<Integer, NavigableMap<Long, Integer>> bySection = new HashMap<>();

    /** Takes the symbols that a section of the file has; of those at one place the first, as the kernel does. */
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

    /** Section symbols have no names, and labels of the compiler's own say nothing. */
    private boolean isName(int symbol) {
        return !symbols.isNamed(symbol, "")
                && !symbols.startsWith(symbol, ".L")
                && symbols.type(symbol) != Symbol.STT_SECTION
                && symbols.type(symbol) != Symbol.STT_FILE;
    }

    /** The nearest name at or in front of an address, within its section. */
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
