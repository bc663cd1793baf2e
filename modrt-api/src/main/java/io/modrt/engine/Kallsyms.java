package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.finish.TypeLetters;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.KallsymsEntry;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code /proc/kallsyms} lists of a module: {@code module_get_kallsym} and {@code is_exported}. */
final class Kallsyms {
    private static final int LONGEST_NAME = 511;
    private static final int LONGEST_OLD_NAME = 127;

    private final Live module;

    Kallsyms(Live module) {
        this.module = module;
    }

    List<KallsymsEntry> entries() {
        SectionLayout layout = module.placed().plan().layout();
        Optional<KallsymsLayout> known = layout.kallsyms();
        if (known.isEmpty()) {
            return List.of();
        }
        SymbolTable symbols = known.get().symbols();
        TypeLetters letters = new TypeLetters(layout, symbols);
        Map<String, Address> exported = new HashMap<>();
        for (KernelSymbol export : module.exports()) {
            if (export.kind() == ExportKind.PLAIN) {
                exported.putIfAbsent(export.name(), export.value());
            }
        }
        int longest = module.placed().profile().has(LoaderChange.SYMBOL_NAMES_LONG) ? LONGEST_NAME : LONGEST_OLD_NAME;
        List<KallsymsEntry> entries = new ArrayList<>();
        for (int i = 0; i < symbols.count(); i++) {
            if (symbols.isNamed(i, "")
                    || (module.isInitDropped() && !known.get().isCore(i))) {
                continue;
            }
            String name = symbols.name(i);
            Address address = Address.of(
                    i == 0 ? symbols.value(0) : module.resolved().linkage().values()[i]);
            char letter = Character.toLowerCase(letters.of(i));
            char shown = address.equals(exported.get(name)) ? Character.toUpperCase(letter) : letter;
            entries.add(new KallsymsEntry(address, shown, name.length() > longest ? name.substring(0, longest) : name));
        }
        return List.copyOf(entries);
    }
}
