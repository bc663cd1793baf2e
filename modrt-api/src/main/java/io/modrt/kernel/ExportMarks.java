package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out from a symbol table what is exported. The export record of {@code NAME} has a symbol of its own, {@code __ksymtab_NAME}, and
 * the kernel's linker script puts symbols around each table, such as {@code __start___ksymtab_gpl} and {@code __stop___ksymtab_gpl}.
 * Absolute symbols {@code __crc_NAME} are CRCs.
 *
 * <p>If there is any such symbol, what has none is not exported. Without them, a symbol that is local to an object file is taken for one
 * that is not exported, since the build of kernels has complained about exports of those; nothing is known of global symbols.
 */
final class ExportMarks {

    static final String CRC = "__crc_";
    private static final String RECORD = "__ksymtab_";

    /** Where a table of exports starts, and where it ends. */
    record Bounds(Address start, Address stop) {

        boolean contains(Address record) {
            return record.compareTo(start) >= 0 && record.compareTo(stop) < 0;
        }
    }

    private ExportMarks() {}

    /** Says of each symbol of the kernel and of its modules what the source knows of its export. */
    static void apply(SymbolMap.Builder symbols) {
        Map<ExportKind, Bounds> tables = tables(symbols);
        boolean isMarked = isMarked(symbols);
        mark(symbols, tables, isMarked);
        for (SymbolMap.Builder module : symbols.modules()) {
            mark(module, Map.of(), isMarked || isMarked(module));
        }
    }

    /** The tables whose bounds the source has. */
    static Map<ExportKind, Bounds> tables(SymbolMap.Builder symbols) {
        Map<ExportKind, Bounds> tables = new EnumMap<>(ExportKind.class);
        for (ExportKind kind : ExportKind.tables()) {
            bounds(symbols, kind.section()).ifPresent(bounds -> tables.put(kind, bounds));
        }
        return tables;
    }

    /** The bounds that the kernel's linker script gives a section. */
    static Optional<Bounds> bounds(SymbolMap.Builder symbols, String section) {
        return symbols.find("__start_" + section)
                .flatMap(start ->
                        symbols.find("__stop_" + section).map(stop -> new Bounds(start.value(), stop.value())));
    }

    /** The symbol of the export record of {@code name}. */
    static Optional<KernelSymbol> record(SymbolMap.Builder symbols, String name) {
        return symbols.find(RECORD + name);
    }

    private static boolean isMarked(SymbolMap.Builder symbols) {
        return !symbols.crcs().isEmpty() || symbols.names().stream().anyMatch(name -> name.startsWith(RECORD));
    }

    private static void mark(SymbolMap.Builder symbols, Map<ExportKind, Bounds> tables, boolean isMarked) {
        symbols.change(symbol -> {
            if (!isMarked) {
                return symbols.isHidden(symbol.name()) ? symbol.exported(ExportKind.NOT_EXPORTED, "") : symbol;
            }
            Integer crc = symbols.crcs().get(symbol.name());
            Optional<KernelSymbol> record = record(symbols, symbol.name());
            if (record.isPresent() || crc != null) {
                ExportKind kind = record.map(KernelSymbol::value)
                        .map(at -> kind(tables, at))
                        .orElse(ExportKind.EXPORTED);
                KernelSymbol exported = symbol.exported(kind, "");
                return crc == null ? exported : exported.withCrc(crc);
            }
            return symbol.exported(ExportKind.NOT_EXPORTED, "");
        });
    }

    private static ExportKind kind(Map<ExportKind, Bounds> tables, Address record) {
        for (Map.Entry<ExportKind, Bounds> table : tables.entrySet()) {
            if (table.getValue().contains(record)) {
                return table.getKey();
            }
        }
        return ExportKind.EXPORTED;
    }
}
