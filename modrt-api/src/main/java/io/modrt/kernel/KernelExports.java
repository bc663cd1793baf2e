package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a kernel's export tables whose places are known, and tells its symbols what is exported. Nothing says how many fields a record has:
 * the shape is taken in which most records are where symbols {@code __ksymtab_NAME} say, then that in which most names are symbols of this
 * kernel. A table that is not readable in that shape is left out and remarked on.
 */
final class KernelExports {

    private static final int CRC_BYTES = 4;

    /** So many words of CRC do not all lead to places in the kernel by chance. */
    private static final int ENOUGH_WORDS = 4;

    private static final int DESCRIPTOR_WORDS = 4;

    private final KernelBytes kernel;
    private final SymbolMap.Builder symbols;
    private final Remarks remarks;
    private final Set<String> exported = new HashSet<>();
    private boolean isComplete = true;

    /** What is read is added to {@code symbols}, which has the symbol table already. */
    KernelExports(KernelBytes kernel, SymbolMap.Builder symbols, Remarks remarks) {
        this.kernel = kernel;
        this.symbols = symbols;
        this.remarks = remarks;
    }

    /**
     * A table of exports.
     *
     * @param where its name in messages
     * @param crcs where its CRCs are, or null
     */
    record Table(ExportKind kind, String where, KernelBytes.Part records, KernelBytes.@Nullable Part crcs) {}

    /**
     * Reads the tables around which the kernel's linker script put symbols.
     *
     * @param where the kernel's name in messages
     */
    void readBounded(String where) {
        List<Table> tables = new ArrayList<>();
        ExportMarks.tables(symbols).forEach((kind, bounds) -> {
            String name = where + ": " + kind.section() + " at " + bounds.start();
            Optional<KernelBytes.Part> records = part(bounds);
            Optional<KernelBytes.Part> crcs =
                    ExportMarks.bounds(symbols, kind.crcSection()).flatMap(this::part);
            if (records.isPresent()) {
                tables.add(new Table(kind, name, records.get(), crcs.orElse(null)));
            } else {
                miss(name, "the kernel's bytes do not have it");
            }
        });
        if (!tables.isEmpty()) {
            read(tables);
        }
    }

    /** Remarks on a table that is not read; what it has is not known then. */
    void miss(String where, String why) {
        remarks.add(() -> where + ": its exports are not read: " + why);
        isComplete = false;
    }

    private Optional<KernelBytes.Part> part(ExportMarks.Bounds bounds) {
        long sizeBytes = bounds.stop().minus(bounds.start());
        int offset = sizeBytes < 0 || sizeBytes > Integer.MAX_VALUE
                ? KernelBytes.NOWHERE
                : kernel.offset(bounds.start().value(), (int) sizeBytes);
        return offset == KernelBytes.NOWHERE
                ? Optional.empty()
                : Optional.of(new KernelBytes.Part(bounds.start().value(), offset, (int) sizeBytes));
    }

    /** A table in one shape: its records, or else why it is not readable. */
    private record Reading(Table table, List<ExportRecord> records, String unreadable) {}

    /** Reads tables; if nothing is missing, all other symbols are known not to be exported. */
    void read(List<Table> tables) {
        List<Reading> best = List.of();
        long bestMarked = -1;
        long bestKnown = -1;
        for (ExportShape shape : ExportShape.values()) {
            List<Reading> readings =
                    tables.stream().map(table -> read(table, shape)).toList();
            long marked = count(readings, this::isMarked);
            long known = count(readings, this::isKnown);
            boolean anyRecord = readings.stream().anyMatch(reading -> !reading.records.isEmpty());
            if (anyRecord && (marked > bestMarked || (marked == bestMarked && known > bestKnown))) {
                best = readings;
                bestMarked = marked;
                bestKnown = known;
            }
        }
        if (best.isEmpty()) {
            tables.forEach(this::remarkOnAllShapes);
            return;
        }
        for (Reading reading : best) {
            if (!reading.unreadable.isEmpty()) {
                miss(reading.table.where, reading.unreadable);
            }
            add(reading.records, index -> reading.table.kind, crcs(reading.table, reading.records.size()));
        }
        concludeRest();
    }

    private static long count(List<Reading> readings, Predicate<ExportRecord> wanted) {
        return readings.stream()
                .flatMap(reading -> reading.records.stream())
                .filter(wanted)
                .count();
    }

    private boolean isMarked(ExportRecord record) {
        return ExportMarks.record(symbols, record.name())
                .filter(mark -> mark.value().value() == record.at())
                .isPresent();
    }

    private boolean isKnown(ExportRecord record) {
        return symbols.find(record.name()).isPresent();
    }

    private Reading read(Table table, ExportShape shape) {
        KernelBytes.Part part = table.records;
        int recordBytes = shape.recordBytes(kernel);
        if (part.sizeBytes() % recordBytes != 0) {
            return new Reading(
                    table,
                    List.of(),
                    "0x" + Integer.toHexString(part.sizeBytes()) + " bytes are no number of records of "
                            + shape.describe(kernel));
        }
        List<ExportRecord> records = new ArrayList<>();
        for (int at = part.offset(); at < part.offset() + part.sizeBytes(); at += recordBytes) {
            Optional<ExportRecord> record = ExportRecord.at(kernel, shape, part, at);
            if (record.isEmpty()) {
                return new Reading(
                        table,
                        List.of(),
                        "record " + (at - part.offset()) / recordBytes + " has its "
                                + ExportRecord.unreadable(kernel, shape, part, at));
            }
            records.add(record.get());
        }
        return new Reading(table, records, "");
    }

    private void remarkOnAllShapes(Table table) {
        if (table.records.sizeBytes() == 0) {
            return;
        }
        List<String> reasons = new ArrayList<>();
        for (ExportShape shape : ExportShape.values()) {
            reasons.add(read(table, shape).unreadable);
        }
        miss(table.where, "they are in no shape that kernels have had: " + String.join("; ", reasons));
    }

    /** The CRCs of a table, if there is one for each record. */
    private KernelBytes.@Nullable Part crcs(Table table, int records) {
        KernelBytes.Part crcs = table.crcs;
        if (crcs == null || records == 0) {
            return null;
        }
        if (!isOneEach(crcs, records)) {
            remarks.add(() -> table.where + ": its CRCs are not read: 0x" + Integer.toHexString(crcs.sizeBytes())
                    + " bytes are not one CRC for each of " + records + " records");
            return null;
        }
        return crcs;
    }

    /** Whether a part has the size of one CRC for each record. Kernels until 4.9 have words for them. */
    boolean isOneEach(KernelBytes.Part crcs, int records) {
        return crcs.sizeBytes() == (long) records * CRC_BYTES
                || crcs.sizeBytes() == (long) records * kernel.wordBytes();
    }

    /**
     * Adds records of a table.
     *
     * @param kinds the kind of each record, by number
     * @param crcs as many CRCs, or null
     */
    void add(List<ExportRecord> records, IntFunction<ExportKind> kinds, KernelBytes.@Nullable Part crcs) {
        boolean isRelative = crcs != null && isRelative(crcs, records);
        for (int i = 0; i < records.size(); i++) {
            ExportRecord record = records.get(i);
            KernelSymbol symbol = withCode(record.symbol())
                    .exported(kinds.apply(i), record.symbol().namespace());
            OptionalInt crc = crcs == null ? OptionalInt.empty() : crc(crcs, i, records.size(), isRelative);
            Integer named = symbols.crcs().get(record.name());
            if (named != null) {
                crc = OptionalInt.of(named);
            }
            if (exported.add(record.name())) { // why: the kernel takes the first export of a name
                symbols.put(crc.isPresent() ? symbol.withCrc(crc.getAsInt()) : symbol);
            }
        }
    }

    /** The record of a function may have the address of a descriptor, while the symbol table has that of the code. */
    private KernelSymbol withCode(KernelSymbol symbol) {
        Optional<Address> code = symbols.find(symbol.name())
                .map(KernelSymbol::value)
                .filter(value -> !value.equals(symbol.value()) && hasDescriptor(symbol, value));
        return code.isPresent() ? symbol.withCode(code.get()) : symbol;
    }

    /** Whether the value is the address of a function descriptor, in which the address of the code stands. */
    boolean hasDescriptor(KernelSymbol symbol, Address code) {
        int at = kernel.offset(symbol.value().value(), DESCRIPTOR_WORDS * kernel.wordBytes());
        return at != KernelBytes.NOWHERE
                && IntStream.range(0, DESCRIPTOR_WORDS)
                        .anyMatch(word -> kernel.word(at + word * kernel.wordBytes()) == code.value());
    }

    /**
     * Whether the words are not CRCs but distances to them, as kernels with {@code MODULE_REL_CRCS} have until 5.18. Then each word leads to
     * a place in the kernel, which has a symbol {@code __crc_NAME}.
     */
    private boolean isRelative(KernelBytes.Part crcs, List<ExportRecord> records) {
        if (crcs.sizeBytes() != records.size() * CRC_BYTES) {
            return false;
        }
        boolean areNamed = records.stream()
                .anyMatch(
                        record -> symbols.find(ExportMarks.CRC + record.name()).isPresent());
        return (areNamed || records.size() >= ENOUGH_WORDS)
                && IntStream.range(0, records.size()).allMatch(i -> place(crcs, i) != KernelBytes.NOWHERE);
    }

    /** The array offset to which a relative CRC leads. */
    private int place(KernelBytes.Part crcs, int index) {
        int at = crcs.offset() + index * CRC_BYTES;
        return kernel.offset(kernel.wrap(crcs.addressOf(at) + kernel.half(at)), CRC_BYTES);
    }

    private OptionalInt crc(KernelBytes.Part crcs, int index, int records, boolean isRelative) {
        if (isRelative) {
            return OptionalInt.of(kernel.half(place(crcs, index)));
        }
        return crcs.sizeBytes() == records * CRC_BYTES
                ? OptionalInt.of(kernel.half(crcs.offset() + index * CRC_BYTES))
                : OptionalInt.of((int) kernel.word(crcs.offset() + index * kernel.wordBytes()));
    }

    /** Says of all symbols that no table has that they are not exported, if all tables were read. */
    void concludeRest() {
        if (isComplete && !exported.isEmpty()) {
            symbols.change(
                    symbol -> exported.contains(symbol.name()) ? symbol : symbol.exported(ExportKind.NOT_EXPORTED, ""));
        }
    }

    /** Whether a table was read. */
    boolean hasExports() {
        return !exported.isEmpty();
    }
}
