package io.modrt.module;

import io.modrt.bytes.NameBudget;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The export tables of a file.
 *
 * @param tables what each table of the file exports, in the order in which the kernel searches them
 * @param all all exports, in this order
 * @param hasNamespaces whether records have a third field; empty if the file exports nothing
 */
record ExportTables(Map<ExportKind, List<Export>> tables, List<Export> all, Optional<Boolean> hasNamespaces) {

    /**
     * Reads all export tables.
     *
     * @param loaded finds the loaded section of a name that has contents
     */
    static ExportTables of(SymbolTable symbols, Function<String, Optional<Section>> loaded) {
        Map<ExportKind, List<Export>> tables = new EnumMap<>(ExportKind.class);
        Boolean hasNamespaces = null;
        NameBudget budget = new NameBudget(symbols.section().file().lengthBytes());
        for (ExportKind kind : ExportKind.tables()) {
            Section table = loaded.apply(kind.section()).orElse(null);
            if (table != null && table.sizeBytes() != 0) {
                ExportTable read = new ExportTable(
                        symbols, table, loaded.apply(kind.crcSection()).orElse(null), kind);
                tables.put(kind, read.exports(budget));
                hasNamespaces = read.hasNamespaces();
            }
        }
        List<Export> all = new ArrayList<>();
        tables.values().forEach(all::addAll);
        return new ExportTables(tables, List.copyOf(all), Optional.ofNullable(hasNamespaces));
    }

    /** The exports that a kernel of this profile finds. */
    List<Export> found(KernelProfile profile) {
        List<Export> found = new ArrayList<>();
        tables.forEach((kind, table) -> {
            boolean isRead = kind == ExportKind.PLAIN
                    || kind == ExportKind.GPL
                    || profile.has(LoaderChange.UNUSED_EXPORT_TABLES);
            if (isRead) {
                found.addAll(profile.has(LoaderChange.EXPORTS_BISECTED) ? bisected(table) : table);
            }
        });
        return List.copyOf(found);
    }

    /** The exports that bisection by name finds: all of a table that is sorted, as linkers leave it. */
    private static List<Export> bisected(List<Export> table) {
        for (int i = 1; i < table.size(); i++) {
            if (compare(table.get(i - 1), table.get(i)) >= 0) {
                return IntStream.range(0, table.size())
                        .filter(wanted -> isFound(wanted, table))
                        .mapToObj(table::get)
                        .toList();
            }
        }
        return table;
    }

    private static boolean isFound(int wanted, List<Export> table) {
        int base = 0;
        for (int rest = table.size(); rest > 0; rest >>= 1) {
            int middle = base + (rest >> 1);
            int order = compare(table.get(wanted), table.get(middle));
            if (order == 0) {
                return middle == wanted;
            }
            if (order > 0) {
                base = middle + 1;
                rest--;
            }
        }
        return false;
    }

    /** The order of C's {@code strcmp} for names of ASCII characters. */
    private static int compare(Export one, Export other) {
        return one.name().compareTo(other.name());
    }
}
