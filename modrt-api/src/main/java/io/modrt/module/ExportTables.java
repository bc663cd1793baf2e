package io.modrt.module;

import io.modrt.bytes.NameBudget;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The export tables of a file.
 *
 * @param tables those that the file has, in the order in which the kernel searches them
 * @param all all exports, in this order
 * @param hasNamespaces whether records have a third field; empty if the file exports nothing
 */
record ExportTables(Map<ExportKind, ExportTable> tables, ExportList all, Optional<Boolean> hasNamespaces) {

    /**
     * Reads all export tables.
     *
     * @param loaded finds the loaded section of a name that has contents
     */
    static ExportTables of(SymbolTable symbols, Function<String, Optional<Section>> loaded) {
        Map<ExportKind, ExportTable> tables = new EnumMap<>(ExportKind.class);
        Boolean hasNamespaces = null;
        NameBudget budget = new NameBudget(symbols.section().file().lengthBytes());
        for (ExportKind kind : ExportKind.tables()) {
            Section table = loaded.apply(kind.section()).orElse(null);
            if (table != null && table.sizeBytes() != 0) {
                Section crcs = loaded.apply(kind.crcSection()).orElse(null);
                ExportTable read = new ExportTable(symbols, table, crcs, kind, budget);
                tables.put(kind, read);
                hasNamespaces = read.hasNamespaces();
            }
        }
        return new ExportTables(tables, ExportList.of(tables.values()), Optional.ofNullable(hasNamespaces));
    }

    /** The exports that a kernel of this profile finds. */
    ExportList found(KernelProfile profile) {
        Map<ExportKind, ExportTable> found = new EnumMap<>(ExportKind.class);
        boolean isBisected = profile.has(LoaderChange.EXPORTS_BISECTED);
        tables.forEach((kind, table) -> {
            boolean isRead = kind == ExportKind.PLAIN
                    || kind == ExportKind.GPL
                    || profile.has(LoaderChange.UNUSED_EXPORT_TABLES);
            if (isRead) {
                found.put(kind, isBisected ? table.bisected() : table);
            }
        });
        return ExportList.of(found.values());
    }
}
