package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Finds what a kernel exports in its memory, or in a file that holds its memory byte for byte.
 *
 * <p>The kernel's linker script puts these behind each other: {@code __ksymtab} sorted by name, {@code __ksymtab_gpl} sorted by name, the
 * CRCs of both in the same order (4 bytes each), and the strings that the records name. Nothing says where they are, or in which
 * {@link ExportShape} the records are, so both shapes are tried from every place that can hold a record. A place counts if it reads as the
 * record of a known symbol with its known value; from there the table is walked both ways while records are readable. The longest table of
 * either shape is the kernel's. A table of another kind rarely has two such places behind each other.
 */
final class KernelImage {

    private static final int CRC_BYTES = 4;
    private static final int DESCRIPTOR_WORDS = 4;

    private final KernelBytes kernel;
    private final KernelBytes.Part part;
    private final Map<String, Address> known;

    private KernelImage(KernelBytes kernel, Map<String, Address> known) {
        this.kernel = kernel;
        this.part = kernel.parts().get(0);
        this.known = known;
    }

    static SymbolMap exports(KernelBytes kernel, Map<String, Address> known) {
        return new KernelImage(kernel, known).exports();
    }

    private SymbolMap exports() {
        Table longest = Arrays.stream(ExportShape.values())
                .map(this::longest)
                .max(Comparator.comparingInt(table -> table.records.size()))
                .orElseThrow();
        if (longest.records.isEmpty()) {
            throw new FormatException(Refusal.beyondKernel("kernel image at 0x" + Long.toHexString(part.address())
                    + ", 0x" + Integer.toHexString(part.sizeBytes()) + " bytes: no export record of any of "
                    + known.size()
                    + " known symbols; give values of exported symbols as this kernel has them, and the base, word size"
                    + " and byte order of the image"));
        }
        return read(longest);
    }

    /** Records right behind each other, and the array offset behind the last. */
    private record Table(int end, List<ExportRecord> records) {}

    private Table longest(ExportShape shape) {
        Table longest = new Table(0, List.of());
        int at = nextRecord(shape, (int) -part.address() & (shape.fieldBytes(kernel) - 1));
        while (at != KernelBytes.NOWHERE) {
            Table table = walk(shape, at);
            longest = table.records.size() > longest.records.size() ? table : longest;
            at = nextRecord(shape, table.end);
        }
        return longest;
    }

    /** The array offset of the first record of a known symbol from {@code first} on. */
    private int nextRecord(ExportShape shape, int first) {
        for (int at = first; at <= part.sizeBytes() - shape.recordBytes(kernel); at += shape.fieldBytes(kernel)) {
            if (record(shape, at).filter(this::agrees).isPresent()) {
                return at;
            }
        }
        return KernelBytes.NOWHERE;
    }

    private Optional<ExportRecord> record(ExportShape shape, int at) {
        return ExportRecord.at(kernel, shape, part, at);
    }

    /** Whether the record has a known name and its known value; of a function with a descriptor, the address of its code is known. */
    private boolean agrees(ExportRecord record) {
        Address value = known.get(record.symbol().name());
        return value != null && (value.equals(record.symbol().value()) || hasDescriptor(record.symbol(), value));
    }

    /** Whether the value is the address of a function descriptor, in which the address of the code stands. */
    private boolean hasDescriptor(KernelSymbol symbol, Address code) {
        int at = kernel.offset(symbol.value().value(), DESCRIPTOR_WORDS * kernel.wordBytes());
        return at != KernelBytes.NOWHERE
                && IntStream.range(0, DESCRIPTOR_WORDS)
                        .anyMatch(word -> kernel.word(at + word * kernel.wordBytes()) == code.value());
    }

    /** Walks from one record both ways while the records are readable. */
    private Table walk(ExportShape shape, int found) {
        int recordBytes = shape.recordBytes(kernel);
        int start = found;
        while (start >= recordBytes && record(shape, start - recordBytes).isPresent()) {
            start -= recordBytes;
        }
        List<ExportRecord> records = new ArrayList<>();
        int end = start;
        for (; end <= part.sizeBytes() - recordBytes; end += recordBytes) {
            Optional<ExportRecord> record = record(shape, end);
            if (record.isEmpty()) {
                break;
            }
            records.add(record.get());
        }
        return new Table(end, records);
    }

    private SymbolMap read(Table table) {
        List<ExportRecord> records = table.records;
        int end = table.end;
        int gplOnly = firstGplOnly(records);
        boolean crcs = end + CRC_BYTES * (long) records.size() == textStart(records);
        SymbolMap.Builder symbols = new SymbolMap.Builder(records.size());
        for (int i = 0; i < records.size(); i++) {
            KernelSymbol symbol = withCode(records.get(i).symbol());
            symbol = symbol.exported(i >= gplOnly ? ExportKind.GPL : ExportKind.PLAIN, symbol.namespace());
            symbols.put(crcs ? symbol.withCrc(kernel.half(end + CRC_BYTES * i)) : symbol);
        }
        return symbols.build();
    }

    private KernelSymbol withCode(KernelSymbol symbol) {
        Address code = known.get(symbol.name());
        return code != null && !code.equals(symbol.value()) && hasDescriptor(symbol, code)
                ? symbol.withCode(code)
                : symbol;
    }

    /** The index of the first GPL-only record: the one whose name does not follow the name before, if there is exactly one; else the count. */
    private static int firstGplOnly(List<ExportRecord> records) {
        int[] breaks = IntStream.range(1, records.size())
                .filter(i -> records.get(i)
                                .symbol()
                                .name()
                                .compareTo(records.get(i - 1).symbol().name())
                        <= 0)
                .toArray();
        return breaks.length == 1 ? breaks[0] : records.size();
    }

    /** The array offset of the lowest string that a record has. */
    private long textStart(List<ExportRecord> records) {
        return records.stream()
                .flatMapToLong(record -> LongStream.of(record.nameAddress(), record.namespaceAddress()))
                .filter(address -> address != 0)
                .map(address -> address - part.address())
                .min()
                .orElse(0);
    }
}
