package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Finds what a kernel exports in its memory.
 *
 * <p>Seen in images of Debian's 6.1 kernels for MIPS, both widths: {@code __ksymtab} sorted by name, right behind it
 * {@code __ksymtab_gpl} sorted by name, right behind that the CRCs of the one and of the other, 4 bytes each, right behind those
 * the text of names and namespaces. All CRCs that modules record, 10,955 in a sample, agree with those read so.
 */
final class KernelImage {

    private static final int CRC_BYTES = 4;
    private static final int DESCRIPTOR_WORDS = 4;

    private final KernelBytes kernel;
    private final Map<String, Address> known;
    private final long[] knownValues;

    private KernelImage(KernelBytes kernel, Map<String, Address> known) {
        this.kernel = kernel;
        this.known = known;
        this.knownValues =
                known.values().stream().mapToLong(Address::value).sorted().toArray();
    }

    static SymbolMap exports(KernelBytes kernel, Map<String, Address> known) {
        return new KernelImage(kernel, known).exports();
    }

    private SymbolMap exports() {
        KernelBytes.Part part = kernel.parts().get(0);
        Table longest = new Table(0, List.of());
        int at = nextRecord(part, (int) -part.address() & (kernel.wordBytes() - 1));
        while (at != KernelBytes.NOWHERE) {
            // why: other tables too have a known address with its name behind it
            Table table = walk(part, at);
            longest = table.records.size() > longest.records.size() ? table : longest;
            at = nextRecord(part, table.end);
        }
        if (longest.records.isEmpty()) {
            throw new FormatException(Refusal.beyondKernel("kernel image at 0x" + Long.toHexString(part.address())
                    + ", 0x" + Integer.toHexString(part.sizeBytes()) + " bytes: no export record of any of "
                    + known.size()
                    + " known symbols; give values of exported symbols as this kernel has them, and the base, word size"
                    + " and byte order of the image"));
        }
        return read(part, longest);
    }

    /** Records right behind each other, and the array offset behind the last. */
    private record Table(int end, List<ExportRecord> records) {}

    /** The array offset of the first record of a known symbol from {@code first} on; of a function where its descriptor is. */
    private int nextRecord(KernelBytes.Part part, int first) {
        for (int at = first; at <= part.sizeBytes() - ExportRecord.bytes(kernel); at += kernel.wordBytes()) {
            long value = kernel.word(at);
            if ((isKnown(value) || isDescriptorOfKnown(value))
                    && ExportRecord.at(kernel, at).filter(this::agrees).isPresent()) {
                return at;
            }
        }
        return KernelBytes.NOWHERE;
    }

    private boolean isKnown(long value) {
        return Arrays.binarySearch(knownValues, value) >= 0;
    }

    /** Where functions have descriptors, what is known of a function is where its code is. */
    private boolean isDescriptorOfKnown(long value) {
        return descriptorWords(value).anyMatch(this::isKnown);
    }

    /** The words of the descriptor at {@code address}; none where there is nothing. */
    private LongStream descriptorWords(long address) {
        int at = kernel.offset(address, DESCRIPTOR_WORDS * kernel.wordBytes());
        return at == KernelBytes.NOWHERE
                ? LongStream.empty()
                : IntStream.range(0, DESCRIPTOR_WORDS).mapToLong(word -> kernel.word(at + word * kernel.wordBytes()));
    }

    private boolean agrees(ExportRecord record) {
        Address value = known.get(record.symbol().name());
        return value != null && (value.equals(record.symbol().value()) || hasDescriptor(record.symbol(), value));
    }

    private boolean hasDescriptor(KernelSymbol symbol, Address code) {
        return descriptorWords(symbol.value().value()).anyMatch(word -> word == code.value());
    }

    /** Walks from one record both ways, while the shape holds. */
    private Table walk(KernelBytes.Part part, int found) {
        int recordBytes = ExportRecord.bytes(kernel);
        int start = found;
        while (start >= recordBytes
                && ExportRecord.at(kernel, start - recordBytes).isPresent()) {
            start -= recordBytes;
        }
        List<ExportRecord> records = new ArrayList<>();
        int end = start;
        for (; end <= part.sizeBytes() - recordBytes; end += recordBytes) {
            Optional<ExportRecord> record = ExportRecord.at(kernel, end);
            if (record.isEmpty()) {
                break;
            }
            records.add(record.get());
        }
        return new Table(end, records);
    }

    private SymbolMap read(KernelBytes.Part part, Table table) {
        List<ExportRecord> records = table.records;
        int end = table.end;
        int gplOnly = firstGplOnly(records);
        boolean crcs = end + CRC_BYTES * (long) records.size() == textStart(part, records);
        SymbolMap.Builder symbols = new SymbolMap.Builder(records.size());
        for (int i = 0; i < records.size(); i++) {
            KernelSymbol symbol = withCode(records.get(i).symbol());
            symbol = symbol.exported(symbol.namespace(), i >= gplOnly);
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

    /** The index of the first record whose name is not behind that of the one before, if there is exactly one; else the count. */
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

    /** Where in the array the lowest text lies that a record names. */
    private static long textStart(KernelBytes.Part part, List<ExportRecord> records) {
        return records.stream()
                .flatMapToLong(record -> LongStream.of(record.nameAddress(), record.namespaceAddress()))
                .filter(address -> address != 0)
                .map(address -> address - part.address())
                .min()
                .orElse(0);
    }
}
