package io.modrt.engine.resolution;

import io.modrt.bytes.ByteName;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolQuery;
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
    private final SymbolQuery query;
    /** The symbols of the query's names, in ascending order. */
    private final int[] asked;

    private int next;

    /**
     * Asks for the symbols of a table.
     *
     * @param numbers the symbols that may be undefined, in ascending order, with 0 behind the last; not copied
     */
    Candidates(SymbolTable symbols, int[] numbers, Names<E> names) {
        this.symbols = symbols;
        this.names = names;
        this.bytes = symbols.stringTable().file().array();
        this.stringsStart = (int) symbols.stringTable().fileOffset();
        int[] kept = numbers;
        int count = 0;
        for (int i = 0; numbers[i] != 0; i++) {
            boolean isAsked = symbols.rawSectionIndex(numbers[i]) == Symbol.SHN_UNDEF && ofModules(numbers[i]) == null;
            if (!isAsked && kept == numbers) { // why: in most loads all are asked for, and one array serves twice
                kept = numbers.clone();
            }
            kept[count] = numbers[i];
            count += isAsked ? 1 : 0;
        }
        asked = kept;
        query = new SymbolQuery(count);
        for (int i = 0; i < count; i++) {
            query.add(bytes, stringsStart + symbols.nameOffset(asked[i]));
        }
        query.ask(names.kernel());
    }

    /** How many symbols the kernel was asked for. */
    int count() {
        return query.count();
    }

    /** The exports of loaded modules that have the name of {@code symbol}; null if there are none. */
    ExportIndex.@Nullable Offer<E> ofModules(int symbol) {
        return names.modules().isEmpty()
                ? null
                : names.modules().find(name.moveTo(bytes, stringsStart + symbols.nameOffset(symbol)));
    }

    /** The kernel's symbol that has the name of {@code symbol}; null if there is none. Symbols are asked for in ascending order. */
    @Nullable
    KernelSymbol ofKernel(int symbol) {
        while (next < query.count() && asked[next] < symbol) {
            next++;
        }
        boolean isAsked = next < query.count() && asked[next] == symbol;
        return isAsked
                ? query.found(next)
                : names.kernel().find(symbols.name(symbol)).orElse(null);
    }
}
