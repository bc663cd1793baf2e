package io.modrt.engine.resolution;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.load.LoadedSymbol;
import io.modrt.load.PlacedModule;
import io.modrt.load.SymbolOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Finds the symbol nearest to an address, as the kernel's {@code find_kallsyms_symbol} does. */
public final class NearestSymbols {
    private final PlacedModule placed;
    private final NavigableMap<Address, Section> sections = new TreeMap<>();
    private final SymbolTable symbols;
    private final long[] values;
    private final Map<Integer, NavigableMap<Long, Integer>> bySection = new HashMap<>();
    private final Map<Integer, LoadedSymbol> known = new ConcurrentHashMap<>();

    /** Indexes the named symbols of all sections. Of several symbols at one place the first is taken, as in the kernel. */
    public NearestSymbols(PlacedModule placed, SymbolTable symbols, long[] values, Predicate<String> isMappingSymbol) {
        this.placed = placed;
        this.symbols = symbols;
        this.values = values;
        for (Section section : placed.plan().file().elf().sections()) {
            if (placed.shape(section).sizeBytes() > 0) {
                placed.address(section).ifPresent(start -> sections.putIfAbsent(start, section));
            }
        }
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

    private LoadedSymbol loaded(int symbol) {
        return new LoadedSymbol(symbols.symbol(symbol), Address.of(values[symbol]));
    }

    /** The nearest symbol at or in front of an address, within its section; empty if there is none. */
    public Optional<SymbolOffset> at(Address address) {
        Map.Entry<Address, Section> section = sections.floorEntry(address);
        if (section == null) {
            return Optional.empty();
        }
        long sectionOffset = address.minus(section.getKey());
        NavigableMap<Long, Integer> inSection = bySection.get(section.getValue().index());
        if (inSection == null
                || Long.compareUnsigned(
                                sectionOffset, placed.shape(section.getValue()).sizeBytes())
                        >= 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(inSection.floorEntry(sectionOffset))
                .map(nearest -> new SymbolOffset(
                        known.computeIfAbsent(nearest.getValue(), this::loaded), sectionOffset - nearest.getKey()));
    }
}
