package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Optional;

/**
 * Finds out from a symbol table which exports are GPL-only. The export record of {@code NAME} has a symbol of its own,
 * {@code __ksymtab_NAME}, and the records of GPL-only exports lie between {@code __start___ksymtab_gpl} and
 * {@code __stop___ksymtab_gpl}.
 */
final class ExportMarks {

    private static final String RECORD = "__ksymtab_";

    private ExportMarks() {}

    /** Marks the symbols whose records lie in the table of GPL-only exports, if the bounds of that table are known. */
    static void apply(SymbolMap.Builder symbols) {
        Optional<Address> start = symbols.find("__start___ksymtab_gpl").map(KernelSymbol::value);
        Optional<Address> stop = symbols.find("__stop___ksymtab_gpl").map(KernelSymbol::value);
        if (start.isEmpty() || stop.isEmpty()) {
            return;
        }
        for (String name : symbols.names()) {
            if (name.startsWith(RECORD)
                    && symbols.find(name)
                            .filter(record -> lies(record, start.get(), stop.get()))
                            .isPresent()) {
                symbols.find(name.substring(RECORD.length()))
                        .ifPresent(symbol -> symbols.put(symbol.exported(ExportKind.GPL, "")));
            }
        }
    }

    private static boolean lies(KernelSymbol record, Address start, Address stop) {
        return record.value().compareTo(start) >= 0 && record.value().compareTo(stop) < 0;
    }
}
