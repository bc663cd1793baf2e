package io.modrt.engine.resolution;

import io.modrt.bytes.ByteName;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolQuery;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The symbols that the undefined symbols of one module may stand for: those that loaded modules export and, for the names that no module
 * exports, those of the kernel, which is asked for all of them at once.
 */
final class Candidates<E extends Exporter> {
    private final SymbolTable symbols;
    private final Names<E> names;
    private final byte[] bytes;
    private final int stringsStart;
    private final ByteName name = new ByteName();
    private final SymbolQuery query = new SymbolQuery();
    /** The symbols of the query's names, in ascending order. */
    private int[] asked;

    private int next;

    Candidates(SymbolTable symbols, Names<E> names) {
        this.symbols = symbols;
        this.names = names;
        this.bytes = symbols.stringTable().file().array();
        this.stringsStart = (int) symbols.stringTable().fileOffset();
        int count = symbols.count();
        asked = new int[Math.min(count, 64)];
        for (int i = 1; i < count; i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF && ofModules(i) == null) {
                if (query.count() == asked.length) {
                    asked = Arrays.copyOf(asked, 2 * asked.length);
                }
                asked[query.count()] = i;
                query.add(bytes, stringsStart + symbols.nameOffset(i));
            }
        }
        query.ask(names.kernel());
    }

    /** The exports of loaded modules that have the name of {@code symbol}; null if there are none. */
    ExportIndex.@Nullable Offer<E> ofModules(int symbol) {
        return names.modules().isEmpty()
                ? null
                : names.modules().find(name.moveTo(bytes, stringsStart + symbols.nameOffset(symbol)));
    }

    /** The kernel's symbol that has the name of {@code symbol}. Symbols are asked for in ascending order. */
    Optional<KernelSymbol> ofKernel(int symbol) {
        while (next < query.count() && asked[next] < symbol) {
            next++;
        }
        boolean isAsked = next < query.count() && asked[next] == symbol;
        return isAsked ? query.answer(next) : names.kernel().find(symbols.name(symbol));
    }
}
