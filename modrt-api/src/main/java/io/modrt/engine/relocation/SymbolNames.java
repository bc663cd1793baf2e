package io.modrt.engine.relocation;

import io.modrt.elf.SymbolTable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of symbols as relocations have them. Each name is one String, however many relocations refer to it. */
final class SymbolNames {
    private final @Nullable SymbolTable symbols;
    private final Map<Integer, String> known = new HashMap<>();

    SymbolNames(@Nullable SymbolTable symbols) {
        this.symbols = symbols;
    }

    /** The name of a symbol; for a section symbol, the name of its section; for a number that no symbol has, that number. */
    String name(int symbol) {
        String name = known.get(symbol);
        if (name == null) {
            name = read(symbol);
            known.put(symbol, name);
        }
        return name;
    }

    private String read(int symbol) {
        SymbolTable table = symbols;
        if (table == null || Integer.compareUnsigned(symbol, table.count()) >= 0) {
            return "symbol " + Integer.toUnsignedString(symbol);
        }
        return table.label(symbol);
    }
}
