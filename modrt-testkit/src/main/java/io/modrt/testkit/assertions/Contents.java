package io.modrt.testkit.assertions;

import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import java.util.ArrayList;
import java.util.List;

/** What a module has, for messages: its loaded sections and its symbols. */
final class Contents {
    private static final int MOST_NAMES = 40;

    private final ModuleView view;

    Contents(ModuleView view) {
        this.view = view;
    }

    /** For example {@code the sections .text, .data and the symbols init_module, greet}. */
    @Override
    public String toString() {
        List<String> sections = view.placed().file().elf().sections().stream()
                .filter(section -> view.placed().address(section).isPresent())
                .map(Section::name)
                .toList();
        return "the sections " + listed(sections) + " and the symbols " + symbols();
    }

    /** The symbols that it defines. */
    String symbols() {
        SymbolTable table = view.placed().file().symbols();
        List<String> names = new ArrayList<>();
        for (int i = 1; i < table.count(); i++) {
            Symbol symbol = table.symbol(i);
            if (!symbol.isUndefined() && !symbol.name().isEmpty()) {
                names.add(symbol.name());
            }
        }
        return listed(names);
    }

    /** The symbols that it imports. */
    String imports() {
        return listed(view.placed().file().imports().stream()
                .map(wanted -> wanted.name())
                .toList());
    }

    private static String listed(List<String> names) {
        if (names.isEmpty()) {
            return "(none)";
        }
        String text = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
        return names.size() > MOST_NAMES ? text + " and " + (names.size() - MOST_NAMES) + " more" : text;
    }
}
