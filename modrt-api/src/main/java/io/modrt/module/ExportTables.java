package io.modrt.module;

import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a file exports, and whether its records have namespaces. */
record ExportTables(List<Export> exports, Optional<Boolean> hasNamespaces) {

    /**
     * Reads all export tables.
     *
     * @param loaded finds the loaded section of a name that has contents
     */
    static ExportTables of(SymbolTable symbols, Function<String, Optional<Section>> loaded) {
        List<Export> exports = new ArrayList<>();
        Boolean hasNamespaces = null;
        for (String suffix : List.of("", "_gpl")) {
            Section table = loaded.apply("__ksymtab" + suffix).orElse(null);
            if (table != null && table.sizeBytes() != 0) {
                @Nullable Section crcs = loaded.apply("__kcrctab" + suffix).orElse(null);
                ExportTable read = new ExportTable(symbols, table, crcs, suffix.equals("_gpl"));
                read.addTo(exports);
                hasNamespaces = read.hasNamespaces();
            }
        }
        return new ExportTables(List.copyOf(exports), Optional.ofNullable(hasNamespaces));
    }
}
