package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.PageTables;
import io.modrt.spi.PageTables.Level;
import io.modrt.spi.PageTables.Linear;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds how a PA-RISC kernel maps memory: linearly from {@code PAGE_OFFSET} on, and below it by tables of two levels on 32 bits and three on
 * 64 bits. An entry of all but the last level is the physical address of the next table, 8 bits lower, with four flags in the lowest bits.
 * Those of a kernel's own tables also map the linear part, so in the table for it neighbouring entries lead to neighbouring tables.
 */
final class PariscPaging implements PageTables.Entries {
    private static final long NARROW_OFFSET = 0x1000_0000L;
    private static final long WIDE_OFFSET = 0x4000_0000L;
    private static final int FLAGS = 0xf;
    private static final int TABLE_SHIFT = 8;
    private static final int PRESENT = 0x200;
    private static final int PAGE_SHIFT = 12;
    private static final int ENTRIES_IN_A_ROW = 8;
    private static final long MOST_SEARCHED = 256L << 20;

    private static final List<Level> NARROW = List.of(new Level(22, 10, 4), new Level(PAGE_SHIFT, 10, 4));
    private static final List<Level> WIDE = List.of(new Level(21, 11, 4), new Level(PAGE_SHIFT, 9, 8));

    private final MemoryReader memory;
    private final List<AddressRange> ranges;
    private final Width width;
    private final long offset;
    private final List<Level> levels;

    PariscPaging(MemoryReader memory, List<AddressRange> ranges, Width width) {
        this.memory = memory;
        this.ranges = ranges;
        this.width = width;
        this.offset = width == Width.BITS_32 ? NARROW_OFFSET : WIDE_OFFSET;
        this.levels = width == Width.BITS_32 ? NARROW : WIDE;
    }

    /**
     * The translation; empty if there are no tables. On 64 bits all of the kernel is in the part that the first entry of the top table leads
     * to, the one for the lowest 4 GB, so the walk begins there.
     */
    Optional<AddressTranslation> find(KernelSymbols symbols) {
        OptionalLong top = OptionalLong.empty();
        String evidence = "";
        Optional<Address> named = symbols.find("swapper_pg_dir").map(symbol -> symbol.value());
        if (named.isPresent()) {
            long table = named.get().value() - offset;
            top = width == Width.BITS_32 ? OptionalLong.of(table) : entry(table);
            evidence = "swapper_pg_dir at " + named.get();
        }
        if (top.isEmpty()) {
            top = search();
            evidence = top.isPresent()
                    ? "a table of the linear part's tables at physical " + Address.of(top.getAsLong())
                    : "";
        }
        if (top.isEmpty()) {
            return Optional.empty();
        }
        long memoryBytes = ranges.stream().mapToLong(AddressRange::sizeBytes).sum();
        long end = ranges.get(ranges.size() - 1).end().value();
        Linear linear = new Linear(new AddressRange(Address.of(offset), end), Address.of(0));
        return Optional.of(new PageTables(
                memory,
                ByteOrder.BIG_ENDIAN,
                levels,
                this,
                List.of(top.getAsLong()),
                List.of(linear),
                memoryBytes,
                evidence));
    }

    /** The table that the first entry of a top table leads to. */
    private OptionalLong entry(long table) {
        byte[] bytes = new byte[Integer.BYTES];
        try {
            memory.read(Address.of(table), bytes, 0, bytes.length);
        } catch (MemoryException nothingThere) {
            return OptionalLong.empty();
        }
        long next = table(0, word(bytes, 0));
        return next == PageTables.NONE ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** The first page in which the entries from that of the linear part's start on lead to tables behind each other. */
    private OptionalLong search() {
        int first = levels.get(0).shift();
        int index = (int) (offset >>> first);
        byte[] row = new byte[ENTRIES_IN_A_ROW * Integer.BYTES];
        int pageBytes = 1 << PAGE_SHIFT;
        AddressRange range = ranges.get(0);
        long end = Math.min(range.sizeBytes(), MOST_SEARCHED) - index * 4L - row.length;
        for (long at = 0; at <= end; at += pageBytes) {
            long table = range.start().value() + at;
            try {
                memory.read(Address.of(table + index * 4L), row, 0, row.length);
            } catch (MemoryException hole) {
                continue;
            }
            if (isRow(row)) {
                return OptionalLong.of(table);
            }
        }
        return OptionalLong.empty();
    }

    private static long word(byte[] bytes, int offset) {
        return PageTables.entry(bytes, offset, Width.BITS_32, ByteOrder.BIG_ENDIAN);
    }

    private static boolean isRow(byte[] row) {
        long first = word(row, 0);
        int step = 1 << PAGE_SHIFT - TABLE_SHIFT;
        for (int i = 0; i < ENTRIES_IN_A_ROW; i++) {
            if (word(row, i * Integer.BYTES) != first + (long) i * step) {
                return false;
            }
        }
        return (first & FLAGS) == 3;
    }

    @Override
    public long table(int level, long entry) {
        return level == 0 && (entry & FLAGS) != 0 ? (entry & ~FLAGS) << TABLE_SHIFT : PageTables.NONE;
    }

    @Override
    public long block(int level, long entry) {
        return level == 1 && (entry & PRESENT) != 0 ? entry >>> PAGE_SHIFT << PAGE_SHIFT : PageTables.NONE;
    }
}
