package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.CodeWords;
import io.modrt.spi.PageTables;
import io.modrt.spi.PageTables.Level;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds how an AArch64 kernel maps memory. {@code TTBR1} points at {@code swapper_pg_dir}, which maps the kernel, its modules and all of
 * memory; its place in memory is random. It is the page that leads to the kernel's code, which lies in one piece, and has the most entries:
 * tables from boot map the kernel alone. Where the symbol is known, the table must also map itself there.
 */
final class AArch64Paging implements PageTables.Entries {
    /** Functions all over the kernel's code. A table of another level may map all of them by chance, but not to code. */
    private static final List<String> FUNCTIONS =
            List.of("_printk", "printk", "kfree", "schedule", "register_module_notifier", "vfs_read", "memcpy");

    private static final int CODE_BYTES = 4096;
    private static final int RET = 0xd65f_03c0;
    private static final int RETAA = 0xd65f_0bff;

    private static final int DESCRIPTOR = 3;
    private static final int TABLE = 3;
    private static final int BLOCK = 1;
    private static final long OUTPUT = 0x0000_ffff_ffff_ffffL;
    private static final int SCAN_BYTES = 1 << 20;
    private static final int ADDRESS_BITS = 48;
    private static final int WIDE_ADDRESS_BITS = 52;

    private final MemoryReader memory;
    private final List<AddressRange> ranges;
    private final int pageShift;
    private List<Level> levels = List.of();
    private List<Address> functions = List.of();

    AArch64Paging(MemoryReader memory, List<AddressRange> ranges, int pageBytes) {
        this.memory = memory;
        this.ranges = ranges;
        this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    }

    /** The levels for addresses of so many bits. A table that has no more than 16 entries, the top one, may lie anywhere in a page. */
    private List<Level> levels(int addressBits) {
        int bits = pageShift - 3;
        List<Level> found = new ArrayList<>();
        for (int shift = pageShift; shift < addressBits; shift += bits) {
            found.add(0, new Level(shift, Math.min(bits, addressBits - shift), Long.BYTES));
        }
        return found;
    }

    /** The translation; empty if no symbol of the kernel's code is known or no table maps it. */
    Optional<AddressTranslation> find(KernelSymbols symbols) {
        Optional<Address> code =
                symbols.find("_stext").or(() -> symbols.find("_text")).map(KernelSymbol::value);
        if (code.isEmpty()) {
            return Optional.empty();
        }
        functions = FUNCTIONS.stream()
                .flatMap(name -> symbols.find(name).stream())
                .map(KernelSymbol::value)
                .toList();
        Optional<Address> named = symbols.find("swapper_pg_dir").map(KernelSymbol::value);
        for (int bits : new int[] {ADDRESS_BITS, WIDE_ADDRESS_BITS}) {
            levels = levels(bits);
            OptionalLong root = search(code.get(), named);
            if (root.isPresent()) {
                return Optional.of(tables(
                        root.getAsLong(),
                        "a table at physical " + Address.of(root.getAsLong()) + " that maps _stext, of " + levels.size()
                                + " levels"));
            }
        }
        return Optional.empty();
    }

    private PageTables tables(long root, String evidence) {
        long memoryBytes = ranges.stream().mapToLong(AddressRange::sizeBytes).sum();
        return new PageTables(
                memory,
                ByteOrder.LITTLE_ENDIAN,
                List.copyOf(levels),
                this,
                List.of(root),
                List.of(),
                memoryBytes,
                evidence);
    }

    private OptionalLong search(Address code, Optional<Address> named) {
        Level top = levels.get(0);
        int index = (int) (code.value() >>> top.shift() & (1 << top.indexBits()) - 1);
        int tableBytes = Long.BYTES << top.indexBits();
        int pageBytes = 1 << pageShift;
        byte[] bytes = new byte[SCAN_BYTES];
        long best = PageTables.NONE;
        int most = 0;
        for (AddressRange range : ranges) {
            for (long at = 0; at < range.sizeBytes(); at += SCAN_BYTES) {
                int length = (int) Math.min(SCAN_BYTES, range.sizeBytes() - at);
                Address start = range.start().plus(at);
                try {
                    memory.read(start, bytes, 0, length);
                } catch (MemoryException hole) {
                    continue;
                }
                for (int page = 0; page + tableBytes <= length; page += pageBytes) {
                    long root = start.value() + page;
                    int count = entries(bytes, page, index, 1 << top.indexBits());
                    if (count > most && maps(root, code, named)) {
                        most = count;
                        best = root;
                    }
                }
            }
        }
        return best == PageTables.NONE ? OptionalLong.empty() : OptionalLong.of(best);
    }

    /** How many entries of a top table lead to tables in memory; 0 if one of them leads elsewhere, or that for the kernel's code nowhere. */
    private int entries(byte[] bytes, int page, int index, int count) {
        if ((word(bytes, page + index * Long.BYTES) & DESCRIPTOR) != TABLE) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < count; i++) {
            long entry = word(bytes, page + i * Long.BYTES);
            if (entry != 0) {
                Address next = Address.of(output(entry));
                if ((entry & DESCRIPTOR) != TABLE || ranges.stream().noneMatch(range -> range.contains(next))) {
                    return 0;
                }
                found++;
            }
        }
        return found;
    }

    private static long word(byte[] bytes, int offset) {
        return PageTables.entry(bytes, offset, Width.BITS_64, ByteOrder.LITTLE_ENDIAN);
    }

    private boolean maps(long root, Address code, Optional<Address> named) {
        PageTables tables = tables(root, "");
        OptionalLong physical = tables.physical(code);
        if (physical.isEmpty() || ranges.stream().noneMatch(r -> r.contains(Address.of(physical.getAsLong())))) {
            return false;
        }
        for (Address function : functions) {
            long expected = physical.getAsLong() + function.minus(code);
            if (tables.physical(function).orElse(PageTables.NONE) != expected || !isCode(expected)) {
                return false;
            }
        }
        return named.isEmpty() || tables.physical(named.get()).orElse(PageTables.NONE) == root;
    }

    /** Whether a function returns in the page's length from here on: there is code. */
    private boolean isCode(long physical) {
        byte[] bytes = new byte[CODE_BYTES];
        try {
            memory.read(Address.of(physical), bytes, 0, bytes.length);
        } catch (MemoryException hole) {
            return false;
        }
        for (int i = 0; i < bytes.length / Integer.BYTES; i++) {
            int word = CodeWords.get(bytes, i, ByteOrder.LITTLE_ENDIAN);
            if (word == RET || word == RETAA) {
                return true;
            }
        }
        return false;
    }

    private long output(long entry) {
        return entry & OUTPUT & -(1L << pageShift);
    }

    @Override
    public long table(int level, long entry) {
        return level + 1 < levels.size() && (entry & DESCRIPTOR) == TABLE ? output(entry) : PageTables.NONE;
    }

    @Override
    public long block(int level, long entry) {
        int wanted = level + 1 == levels.size() ? TABLE : BLOCK;
        boolean isBlock = (entry & DESCRIPTOR) == wanted && level > 0;
        return isBlock ? output(entry) & -(1L << levels.get(level).shift()) : PageTables.NONE;
    }
}
