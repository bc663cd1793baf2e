package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.PageTables;
import io.modrt.spi.PageTables.Level;
import io.modrt.spi.PageTables.Linear;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds how a MIPS kernel maps memory. KSEG0 and KSEG1, on 64 bits also XKPHYS, are memory from its start on. The rest goes through tables
 * that only software walks: the entries of all but the last level are the kernel's own addresses of the next table, and point to one table
 * without pages where nothing is mapped. So a top table is a page all of whose words are such addresses, most of them the same one.
 *
 * <p>The processor finds the number of a page in the upper bits of an entry; how many bits of software are below it depends on the build.
 * It is what is left when the bits that are the same in most entries are taken away.
 */
final class MipsPaging {
    private static final long KSEG_BYTES = 0x2000_0000L;
    private static final long KSEG0 = 0x8000_0000L;
    private static final long KSEG1 = 0xa000_0000L;
    private static final long SIGN = 0xffff_ffff_0000_0000L;
    private static final int XKPHYS_SHIFT = 59;
    private static final int PRESENT = 1;
    /** The kernel's tables lie this near behind its code. */
    private static final long MOST_SEARCHED = 64L << 20;
    /** On 64 bits the top table of modules lies this near behind that of the vmalloc area. */
    private static final int MOST_PAGES_BETWEEN = 2;

    private static final int MOST_SOFTWARE_BITS = 4;
    private static final int SAMPLES = 4096;

    private final MemoryReader memory;
    private final List<AddressRange> ranges;
    private final Width width;
    private final ByteOrder order;
    private final int pageShift;
    private final List<Level> levels;

    MipsPaging(MemoryReader memory, List<AddressRange> ranges, MipsKernel kernel) {
        this.memory = memory;
        this.ranges = ranges;
        this.width = kernel.width();
        this.order = kernel.codeOrder();
        this.pageShift = Integer.numberOfTrailingZeros(kernel.profile().pageBytes());
        this.levels = levels();
    }

    private List<Level> levels() {
        int bytes = width.bytes();
        int bits = pageShift - Integer.numberOfTrailingZeros(bytes);
        Level last = new Level(pageShift, bits, bytes);
        if (width == Width.BITS_32) {
            return List.of(new Level(pageShift + bits, Math.max(0, 32 - pageShift - bits), bytes), last);
        }
        return List.of(new Level(pageShift + 2 * bits, bits, bytes), new Level(pageShift + bits, bits, bytes), last);
    }

    /** The translation; empty if there are no tables. */
    Optional<AddressTranslation> find(KernelSymbols symbols, AddressRange modules) {
        List<Long> roots = new ArrayList<>();
        StringBuilder evidence = new StringBuilder();
        for (String name : List.of("swapper_pg_dir", "module_pg_dir")) {
            symbols.find(name).map(KernelSymbol::value).ifPresent(address -> {
                long physical = physical(address.value());
                if (physical != PageTables.NONE) {
                    roots.add(physical);
                    evidence.append(name).append(" at ").append(address).append(", ");
                }
            });
        }
        if (roots.isEmpty()) {
            roots.addAll(search(symbols));
            roots.forEach(root -> evidence.append("a table of tables at physical ")
                    .append(Address.of(root))
                    .append(", "));
        }
        if (roots.isEmpty()) {
            return Optional.empty();
        }
        int shift = pageShift + softwareBits(roots, modules);
        evidence.append("page numbers from bit ").append(shift).append(" on");
        return Optional.of(tables(roots, shift, evidence.toString()));
    }

    private PageTables tables(List<Long> roots, int shift, String evidence) {
        long memoryBytes = ranges.stream().mapToLong(AddressRange::sizeBytes).sum();
        return new PageTables(memory, order, levels, new Tables(shift), roots, linear(), memoryBytes, evidence);
    }

    private class Tables implements PageTables.Entries {
        private final int shift;

        Tables(int shift) {
            this.shift = shift;
        }

        @Override
        public long table(int level, long entry) {
            return level + 1 < levels.size() ? physical(entry) : PageTables.NONE;
        }

        @Override
        public long block(int level, long entry) {
            return level + 1 == levels.size() && (entry & PRESENT) != 0
                    ? entry >>> shift << pageShift
                    : PageTables.NONE;
        }
    }

    private List<Linear> linear() {
        Address start = Address.of(0);
        if (width == Width.BITS_32) {
            return List.of(
                    new Linear(new AddressRange(Address.of(KSEG0), KSEG_BYTES), start),
                    new Linear(new AddressRange(Address.of(KSEG1), KSEG_BYTES), start));
        }
        List<Linear> linear = new ArrayList<>();
        linear.add(new Linear(new AddressRange(Address.of(SIGN + KSEG0), KSEG_BYTES), start));
        linear.add(new Linear(new AddressRange(Address.of(SIGN + KSEG1), KSEG_BYTES), start));
        for (long cache = 0; cache < 8; cache++) {
            linear.add(new Linear(
                    new AddressRange(Address.of(2L << 62 | cache << XKPHYS_SHIFT), 1L << XKPHYS_SHIFT), start));
        }
        return linear;
    }

    /** The physical address of one in a part of the address space that is not mapped; {@link PageTables#NONE} for any other. */
    private long physical(long address) {
        long segment = address & -KSEG_BYTES;
        long sign = width == Width.BITS_32 ? 0 : SIGN;
        if (segment == sign + KSEG0 || segment == sign + KSEG1) {
            return address & KSEG_BYTES - 1;
        }
        return width == Width.BITS_64 && address >>> 62 == 2 ? address & (1L << XKPHYS_SHIFT) - 1 : PageTables.NONE;
    }

    /** The kernel's tables are in its bss, so the search begins at its code. */
    private List<Long> search(KernelSymbols symbols) {
        List<Long> found = new ArrayList<>();
        int pageBytes = 1 << pageShift;
        byte[] page = new byte[pageBytes];
        AddressRange first = ranges.get(0);
        long code = symbols.find("_stext")
                .map(symbol -> physical(symbol.value().value()))
                .orElse(0L);
        long from = Math.max(0, (code & -(long) pageBytes) - first.start().value());
        long end = Math.min(first.sizeBytes() - from, MOST_SEARCHED) + from - pageBytes;
        for (long at = from; at <= end; at += pageBytes) {
            long root = first.start().value() + at;
            if (!found.isEmpty() && root - found.get(0) > (long) MOST_PAGES_BETWEEN * pageBytes) {
                break;
            }
            try {
                memory.read(Address.of(root), page, 0, pageBytes);
            } catch (MemoryException hole) {
                continue;
            }
            if (isTop(page)) {
                found.add(root);
            }
        }
        return width == Width.BITS_32 && !found.isEmpty() ? found.subList(0, 1) : found;
    }

    /** Whether each entry of a top table is there, most lead to one and the same table, and some to others, all of them in the kernel's part. */
    private boolean isTop(byte[] page) {
        int entryBytes = width.bytes();
        int count = 1 << levels.get(0).indexBits();
        if (physical(word(page, 0)) == PageTables.NONE && physical(word(page, count / 2)) == PageTables.NONE) {
            return false;
        }
        Map<Long, Integer> values = new HashMap<>();
        for (int i = 0; i < count && i * entryBytes < page.length; i++) {
            long entry = word(page, i);
            long physical = physical(entry);
            if (physical == PageTables.NONE || (physical & (1L << pageShift) - 1) != 0 || !isMemory(physical)) {
                return false;
            }
            values.merge(entry, 1, Integer::sum);
        }
        long none = values.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0L);
        int others = count - values.getOrDefault(none, 0);
        boolean isKernels = true;
        for (int i = 0; i < count / 2 && width == Width.BITS_32; i++) {
            isKernels &= word(page, i) == none;
        }
        return others > 0 && others < count / 2 && isKernels;
    }

    private long word(byte[] page, int index) {
        return PageTables.entry(page, index * width.bytes(), width, order);
    }

    private boolean isMemory(long physical) {
        return ranges.stream().anyMatch(range -> range.contains(Address.of(physical)));
    }

    /** How many bits of entries are below those of the page number and above the page's own. */
    private int softwareBits(List<Long> roots, AddressRange modules) {
        List<Long> present = new ArrayList<>();
        PageTables sampling = new PageTables(
                memory,
                order,
                levels,
                new Tables(pageShift) {
                    @Override
                    public long block(int level, long entry) {
                        boolean isPage = super.block(level, entry) != PageTables.NONE;
                        if (isPage && present.size() < SAMPLES) {
                            present.add(entry);
                        }
                        return isPage ? 0 : PageTables.NONE;
                    }
                },
                roots,
                List.of(),
                (long) SAMPLES << pageShift,
                "");
        sampling.mapped(modules);
        int[] most = new int[MOST_SOFTWARE_BITS + 1];
        for (int bits = 0; bits <= MOST_SOFTWARE_BITS; bits++) {
            long mask = (1L << pageShift + bits) - 1;
            Map<Long, Integer> flags = new HashMap<>();
            present.forEach(entry -> flags.merge(entry & mask, 1, Integer::sum));
            most[bits] = flags.values().stream().max(Integer::compare).orElse(0);
        }
        int bits = 0;
        while (bits < MOST_SOFTWARE_BITS && most[bits + 1] * 4L > most[0] * 3L) {
            bits++;
        }
        return bits;
    }
}
