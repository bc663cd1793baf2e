package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.layout.RegionKind;
import io.modrt.load.NamedAddress;
import io.modrt.spi.ArchKernel;
import java.util.Arrays;
import java.util.Optional;

/**
 * The symbols that the kernel keeps of one module, sorted by address: {@code find_kallsyms_symbol}. Immutable; there is one for the time
 * before the module is live, with all symbols, and one for the time after.
 */
final class KernelNames {
    private final Live module;
    private final SymbolTable symbols;
    private final long[] values;
    private final int[] indices;

    private KernelNames(Live module, SymbolTable symbols, long[] values, int[] indices) {
        this.module = module;
        this.symbols = symbols;
        this.values = values;
        this.indices = indices;
    }

    /** The symbols as the module is now; none if the kernel keeps none. */
    static Optional<KernelNames> of(Live module) {
        return module.placed().plan().layout().kallsyms().map(tables -> of(module, tables));
    }

    private static KernelNames of(Live module, KallsymsLayout tables) {
        SymbolTable symbols = tables.symbols();
        ArchKernel kernel = module.placed().plan().archKernel();
        long[] all = module.resolved().linkage().values();
        boolean isCore = module.isInitDropped();
        long[] order = new long[symbols.count()];
        int count = 0;
        for (int i = 1; i < symbols.count(); i++) {
            if ((!isCore || tables.isCore(i))
                    && symbols.rawSectionIndex(i) != Symbol.SHN_UNDEF
                    && !symbols.isNamed(i, "")
                    && !kernel.isMappingSymbol(symbols.name(i))) {
                order[count++] = i;
            }
        }
        Integer[] sorted = new Integer[count];
        for (int i = 0; i < count; i++) {
            sorted[i] = (int) order[i];
        }
        // why: the sort is stable, so of several symbols at one address the first of the table stays the first
        Arrays.sort(sorted, (one, other) -> Long.compareUnsigned(all[one], all[other]));
        long[] values = new long[count];
        int[] indices = new int[count];
        int kept = 0;
        for (int symbol : sorted) {
            if (all[symbol] != 0 && (kept == 0 || values[kept - 1] != all[symbol])) {
                values[kept] = all[symbol];
                indices[kept++] = symbol;
            }
        }
        return new KernelNames(module, symbols, Arrays.copyOf(values, kept), Arrays.copyOf(indices, kept));
    }

    /** The symbol at an address of the module, or the nearest one in front of it. */
    Optional<NamedAddress> at(Address address) {
        int low = 0;
        int high = values.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(values[middle], address.value()) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return Optional.empty();
        }
        long start = values[low - 1];
        long text = textEnd(address);
        long next = low < values.length ? values[low] : text;
        // why: a symbol ends with the code of its block, even where data of the block follows that has a symbol
        boolean isInText = Long.compareUnsigned(start, text) < 0;
        long end = isInText && Long.compareUnsigned(text, next) < 0 ? text : next;
        return Optional.of(new NamedAddress(
                module.name(),
                symbols.name(indices[low - 1]),
                module.placed().plan().target().width().wrap(end - start),
                Address.of(start),
                address.value() - start));
    }

    /** Where the code of the block ends in which the address is; since 6.4, where the region of that code ends. */
    private long textEnd(Address address) {
        boolean isInit = module.placed().plan().layout().regions().stream()
                .filter(RegionKind::isInit)
                .anyMatch(kind -> module.placed()
                        .range(kind)
                        .filter(range -> range.contains(address))
                        .isPresent());
        for (RegionKind kind : module.placed().plan().layout().regions()) {
            if (kind.isInit() == isInit && kind.isExecutable()) {
                AddressRange range = module.placed().range(kind).orElseThrow();
                boolean isWhole = kind == RegionKind.TEXT || kind == RegionKind.INIT_TEXT;
                return range.start().value()
                        + (isWhole
                                ? range.sizeBytes()
                                : module.placed().plan().layout().textBytes(kind));
            }
        }
        return address.value();
    }

    /** The value of the first symbol of this name, which is what the kernel finds; empty if there is none or it is 0. */
    static Optional<Address> value(Live module, String name) {
        Optional<KallsymsLayout> tables = module.placed().plan().layout().kallsyms();
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        SymbolTable symbols = tables.get().symbols();
        for (int i = 0; i < symbols.count(); i++) {
            if (symbols.isNamed(i, name)
                    && symbols.rawSectionIndex(i) != Symbol.SHN_UNDEF
                    && (!module.isInitDropped() || tables.get().isCore(i))) {
                long value = module.resolved().linkage().values()[i];
                return value == 0 ? Optional.empty() : Optional.of(Address.of(value));
            }
        }
        return Optional.empty();
    }
}
