package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.error.MemoryException;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apiguardian.api.API;

/**
 * A walk through page tables whose shape is data, with parts of the address space that are mapped linearly in front. Nothing in the tables
 * is trusted: a walk has as many steps as there are levels, and an enumeration ends when it has found more pages than the machine has.
 * Safe for use by many threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PageTables implements AddressTranslation {

    /** What an entry stands for that leads nowhere. */
    public static final long NONE = -1;

    /** {@code range} of virtual addresses is mapped to memory from {@code physical} on. */
    public record Linear(AddressRange range, Address physical) {}

    /**
     * One level of tables, the top one first.
     *
     * @param shift the lowest bit of an address that selects an entry
     * @param indexBits how many bits do
     * @param entryBytes bytes of an entry: 4 or 8
     */
    public record Level(int shift, int indexBits, int entryBytes) {

        int index(long address) {
            return (int) (address >>> shift & (1L << indexBits) - 1);
        }
    }

    /** What the entries of the tables say. */
    public interface Entries {

        /** The physical address of the table that an entry of a level points to; {@link #NONE} if it points to none. */
        long table(int level, long entry);

        /** The physical address of the block of memory that an entry of a level maps; {@link #NONE} if it maps none. */
        long block(int level, long entry);
    }

    private static final int CHUNK_BYTES = 4096;
    private static final int MOST_CHUNKS = 1 << 13;

    private final MemoryReader memory;
    private final ByteOrder order;
    private final List<Level> levels;
    private final Entries entries;
    private final List<Long> roots;
    private final List<Linear> linear;
    private final long memoryBytes;
    private final String evidence;
    private final ConcurrentMap<Long, byte[]> chunks = new ConcurrentHashMap<>();

    /**
     * The tables of one kernel. A page that is not mapped by the first of the roots may be mapped by the next.
     *
     * @param roots physical addresses of top tables
     * @param memoryBytes the size of the machine's memory
     */
    public PageTables(
            MemoryReader memory,
            ByteOrder order,
            List<Level> levels,
            Entries entries,
            List<Long> roots,
            List<Linear> linear,
            long memoryBytes,
            String evidence) {
        this.memory = memory;
        this.order = order;
        this.levels = List.copyOf(levels);
        this.entries = entries;
        this.roots = List.copyOf(roots);
        this.linear = List.copyOf(linear);
        this.memoryBytes = memoryBytes;
        this.evidence = evidence;
    }

    /** The entry of this width that {@code bytes} has at {@code offset}: what a search for tables looks at. */
    public static long entry(byte[] bytes, int offset, Width width, ByteOrder order) {
        boolean isBig = order == ByteOrder.BIG_ENDIAN;
        return width == Width.BITS_32
                ? Integer.toUnsignedLong(Bytes.getInt(bytes, offset, isBig))
                : Bytes.getLong(bytes, offset, isBig);
    }

    @Override
    public OptionalLong physical(Address virtual) {
        for (Linear map : linear) {
            if (map.range().contains(virtual)) {
                return OptionalLong.of(
                        map.physical().value() + virtual.minus(map.range().start()));
            }
        }
        for (long root : roots) {
            long found = walk(root, virtual.value());
            if (found != NONE) {
                return OptionalLong.of(found);
            }
        }
        return OptionalLong.empty();
    }

    private long walk(long root, long address) {
        long table = root;
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            long entry = entry(table, level, level.index(address));
            long block = entries.block(i, entry);
            if (block != NONE) {
                return block + (address & (1L << level.shift()) - 1);
            }
            table = entries.table(i, entry);
            if (table == NONE) {
                return NONE;
            }
        }
        return NONE;
    }

    /** An entry of a table; 0, which leads nowhere, where there is no memory. */
    private long entry(long table, Level level, int index) {
        long at = table + (long) index * level.entryBytes();
        byte[] chunk = chunk(at / CHUNK_BYTES);
        int offset = (int) (at % CHUNK_BYTES);
        if (offset + level.entryBytes() > chunk.length) {
            return 0;
        }
        return entry(chunk, offset, level.entryBytes() == Integer.BYTES ? Width.BITS_32 : Width.BITS_64, order);
    }

    private byte[] chunk(long number) {
        byte[] known = chunks.get(number);
        if (known != null) {
            return known;
        }
        byte[] bytes = new byte[CHUNK_BYTES];
        try {
            memory.read(Address.of(number * CHUNK_BYTES), bytes, 0, bytes.length);
        } catch (MemoryException nothingThere) {
            bytes = new byte[0];
        }
        if (chunks.size() > MOST_CHUNKS) {
            chunks.clear();
        }
        chunks.put(number, bytes);
        return bytes;
    }

    @Override
    public int pageBytes() {
        return 1 << levels.get(levels.size() - 1).shift();
    }

    @Override
    public List<AddressRange> mapped(AddressRange area) {
        List<AddressRange> found = new ArrayList<>();
        long[] left = {4 * (memoryBytes / pageBytes()) + 1};
        for (long root : roots) {
            Walk walk = new Walk(area, left, found);
            walk.table(root, 0, area.start().value());
        }
        return found;
    }

    /** One enumeration. Addresses only grow, and each step goes through one entry. */
    private final class Walk {
        private final AddressRange area;
        private final long[] left;
        private final List<AddressRange> found;

        Walk(AddressRange area, long[] left, List<AddressRange> found) {
            this.area = area;
            this.left = left;
            this.found = found;
        }

        /** Goes through the entries of a table for the addresses from {@code from} on, to the end of the area or of the table. */
        private void table(long table, int depth, long from) {
            Level level = levels.get(depth);
            long step = 1L << level.shift();
            long address = from;
            for (int index = level.index(from); index < 1 << level.indexBits() && left[0] > 0; index++) {
                long entry = entry(table, level, index);
                long block = entries.block(depth, entry);
                if (block != NONE) {
                    long sizeBytes =
                            Math.min(step - (address & step - 1), area.end().minus(Address.of(address)));
                    left[0] -= Math.max(1, sizeBytes / pageBytes());
                    add(address, sizeBytes);
                } else {
                    long next = entries.table(depth, entry);
                    if (next != NONE && depth + 1 < levels.size()) {
                        left[0]--;
                        table(next, depth + 1, address);
                    }
                }
                address = (address & -step) + step;
                if (!area.contains(Address.of(address))) {
                    return;
                }
            }
        }

        private void add(long address, long sizeBytes) {
            Address start = Address.of(address);
            AddressRange last = found.isEmpty() ? null : found.get(found.size() - 1);
            if (last != null && last.end().equals(start)) {
                found.set(found.size() - 1, new AddressRange(last.start(), last.sizeBytes() + sizeBytes));
            } else {
                found.add(new AddressRange(start, sizeBytes));
            }
        }
    }

    @Override
    public String evidence() {
        return evidence;
    }
}
