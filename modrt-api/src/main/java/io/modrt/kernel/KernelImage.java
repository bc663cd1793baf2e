package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Finds what a kernel exports in its memory, or in a file that holds its memory byte for byte.
 *
 * <p>The kernel's linker script puts these behind each other: {@code __ksymtab}, {@code __ksymtab_gpl} and, until 5.11, up to three more
 * tables, each sorted by name since 3.0; the CRCs of all in the same order; and the strings that the records name. If the known symbols have
 * the bounds of the tables, these are read. Otherwise nothing says where they are, or in which {@link ExportShape} the records are, so all
 * shapes are tried from every place that can hold a record. A place counts if it reads as the record of a known symbol with its known value;
 * from there the table is walked both ways while records are readable. The longest table of any shape is the kernel's. A table of another
 * kind rarely has two such places behind each other.
 */
final class KernelImage {

    /** So many words of other data in front of the tables may read as records. */
    private static final int MOST_EXTRA = 4;

    /** What sign-extension adds to a negative number of 32 bits. */
    private static final long SIGN = 0xffff_ffff_0000_0000L;

    private final KernelBytes kernel;
    private final KernelBytes.Part part;
    private final Map<String, Address> known;
    private final SymbolMap.Builder symbols;
    private final Remarks remarks = new Remarks();
    private final KernelExports tables;

    private KernelImage(KernelBytes kernel, Map<String, Address> known) {
        this.kernel = kernel;
        this.part = kernel.parts().get(0);
        this.known = known;
        this.symbols = new SymbolMap.Builder(known.size());
        this.tables = new KernelExports(kernel, symbols, remarks);
    }

    /**
     * The known symbols, with what the image says of their export. A kernel of 64 bits may be linked to addresses that are sign-extended from
     * 32 bits, and those may be given with 8 digits; if no export is found, they are tried in that form.
     */
    static SymbolMap exports(byte[] image, Address base, int wordBytes, boolean bigEndian, Map<String, Address> known) {
        UnaryOperator<Address> form = wordBytes == Integer.BYTES ? KernelImage::zeroExtended : UnaryOperator.identity();
        KernelImage found =
                new KernelImage(KernelBytes.of(image, form.apply(base), wordBytes, bigEndian), formed(known, form));
        if (!found.find() && wordBytes == Long.BYTES && (int) base.value() < 0) {
            KernelImage extended = new KernelImage(
                    KernelBytes.of(image, signExtended(base), wordBytes, bigEndian),
                    formed(known, KernelImage::signExtended));
            found = extended.find() ? extended : found;
        }
        return found.result();
    }

    private static Map<String, Address> formed(Map<String, Address> known, UnaryOperator<Address> form) {
        Map<String, Address> formed = new HashMap<>(known);
        formed.replaceAll((name, value) -> form.apply(value));
        return formed;
    }

    private static Address zeroExtended(Address address) {
        return Address.of(Integer.toUnsignedLong((int) address.value()));
    }

    /** The same, sign-extended if it is a negative number of 32 bits, zero-extended. */
    private static Address signExtended(Address address) {
        return address.value() >>> 31 == 1 ? address.plus(SIGN) : address;
    }

    /** Reads the tables; false if there are none. */
    private boolean find() {
        known.forEach((name, value) -> {
            if (!name.startsWith(ExportMarks.CRC)) {
                symbols.put(KernelSymbol.of(name, value));
            } else if (kernel.offset(value.value(), Integer.BYTES) == KernelBytes.NOWHERE) {
                symbols.crc(name.substring(ExportMarks.CRC.length()), (int) value.value());
            }
        });
        ExportMarks.apply(symbols);
        tables.readBounded("kernel image");
        if (!tables.hasExports()) {
            Run longest = Arrays.stream(ExportShape.values())
                    .map(this::longest)
                    .max(Comparator.comparingInt(run -> run.records.size()))
                    .orElseThrow();
            add(longest);
        }
        return tables.hasExports();
    }

    private SymbolMap result() {
        if (!tables.hasExports()) {
            String what = "kernel image at 0x" + Long.toHexString(part.address()) + ", 0x"
                    + Integer.toHexString(part.sizeBytes()) + " bytes: no export record of any of " + known.size()
                    + " known symbols; give values of exported symbols as this kernel has them, and the base, word size"
                    + " and byte order of the image";
            if (known.isEmpty()) {
                throw new FormatException(Refusal.beyondKernel(what));
            }
            remarks.add(() -> what);
        }
        return symbols.build(remarks.list());
    }

    /** Records right behind each other, of one table or several, and the array offset behind the last. */
    private record Run(int end, List<ExportRecord> records) {}

    private Run longest(ExportShape shape) {
        Run longest = new Run(0, List.of());
        int at = nextRecord(shape, (int) -part.address() & (shape.fieldBytes(kernel) - 1));
        while (at != KernelBytes.NOWHERE) {
            Run run = walk(shape, at);
            longest = run.records.size() > longest.records.size() ? run : longest;
            at = nextRecord(shape, run.end);
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
        Address value = known.get(record.name());
        return value != null && (value.equals(record.symbol().value()) || tables.hasDescriptor(record.symbol(), value));
    }

    /** Walks from one record both ways while the records are readable. */
    private Run walk(ExportShape shape, int found) {
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
        return new Run(end, records);
    }

    private void add(Run run) {
        if (run.records.isEmpty()) {
            return;
        }
        int gap = bytesToText(run);
        KernelBytes.Part between = new KernelBytes.Part(part.addressOf(run.end), run.end, Math.max(gap, 0));
        int count = run.records.size();
        // why: data in front of the tables may read as records, and then there are fewer CRCs
        int extra = IntStream.range(0, Math.min(count, MOST_EXTRA))
                .takeWhile(front -> run.records.subList(0, front).stream().noneMatch(this::agrees))
                .filter(front -> tables.isOneEach(between, count - front))
                .findFirst()
                .orElse(MOST_EXTRA);
        boolean hasCrcs = extra < MOST_EXTRA;
        List<ExportRecord> records = hasCrcs ? run.records.subList(extra, count) : run.records;
        tables.add(records, kinds(records), hasCrcs ? between : null);
        // why: records found by chance have no strings right behind them, and are not of known symbols throughout
        boolean areAllKnown = count > 1 && records.stream().allMatch(this::agrees);
        if (hasCrcs || (gap >= 0 && gap < Long.BYTES) || areAllKnown) {
            tables.concludeRest();
        }
    }

    /**
     * The kind of each record. If the names are in two orders, these are the tables of all exports and of GPL-only exports. Other kernels
     * have more tables, or do not sort them; of those only that they are exported is known.
     */
    private static IntFunction<ExportKind> kinds(List<ExportRecord> records) {
        int[] breaks = IntStream.range(1, records.size())
                .filter(i -> records.get(i).name().compareTo(records.get(i - 1).name()) <= 0)
                .toArray();
        return breaks.length == 1 ? i -> i < breaks[0] ? ExportKind.PLAIN : ExportKind.GPL : i -> ExportKind.EXPORTED;
    }

    /** The bytes between the records and the lowest of their strings; negative if that lies in front of them. */
    private int bytesToText(Run run) {
        return (int) run.records.stream()
                .flatMapToLong(record -> LongStream.of(record.nameAddress(), record.namespaceAddress()))
                .filter(address -> address != 0)
                .map(address -> address - part.addressOf(run.end))
                .min()
                .orElse(-1);
    }
}
