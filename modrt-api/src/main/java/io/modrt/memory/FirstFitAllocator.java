package io.modrt.memory;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Allocates at the lowest address with enough room and keeps a guard page behind each block, as vmalloc does. Safe for use by many threads.
 */
final class FirstFitAllocator implements ModuleAllocator {

    private final AddressRange area;
    private final int pageBytes;
    private final Holes holes;
    private final Map<AddressRange, Long> reservedBytes = new HashMap<>();

    FirstFitAllocator(AddressRange area, int pageBytes) {
        if (pageBytes < 1 || Integer.bitCount(pageBytes) != 1) {
            throw new IllegalArgumentException("no page has " + pageBytes + " bytes");
        }
        this.area = area;
        this.pageBytes = pageBytes;
        this.holes = new Holes(area);
    }

    /** The range has the size that was asked for; it is not rounded to pages. */
    @Override
    public AddressRange allocate(long sizeBytes, Permission permission) {
        AddressRange range = allocateIfRoom(sizeBytes);
        if (range == null) {
            throw full(sizeBytes);
        }
        return range;
    }

    /** The same; null when there is no room. */
    synchronized @Nullable AddressRange allocateIfRoom(long sizeBytes) {
        if (sizeBytes < 1) {
            throw new IllegalArgumentException("no block has " + sizeBytes + " bytes");
        }
        if (sizeBytes > area.sizeBytes()) {
            return null;
        }
        long reserved = pagesOf(sizeBytes) + pageBytes;
        OptionalLong offset = reserved < 0 ? OptionalLong.empty() : holes.take(reserved, pageBytes);
        if (offset.isEmpty()) {
            return null;
        }
        AddressRange range = new AddressRange(area.start().plus(offset.getAsLong()), sizeBytes);
        reservedBytes.put(range, reserved);
        return range;
    }

    private long pagesOf(long sizeBytes) {
        return (sizeBytes + pageBytes - 1) & -pageBytes;
    }

    /** The exception that tells of no room for {@code sizeBytes} bytes. */
    synchronized MemoryException full(long sizeBytes) {
        return new MemoryException(Refusal.of(
                Errno.ENOMEM,
                "module area " + area + ": no room for 0x" + Long.toHexString(sizeBytes)
                        + " bytes and a guard page of 0x"
                        + Integer.toHexString(pageBytes) + ": the largest hole has 0x"
                        + Long.toHexString(holes.largest())
                        + " bytes; unload modules or give a larger area"));
    }

    @Override
    public synchronized void free(AddressRange range) {
        Long reserved = reservedBytes.remove(range);
        if (reserved == null) {
            throw new IllegalArgumentException(range + " is not allocated in " + area);
        }
        holes.give(range.start().minus(area.start()), reserved);
    }
}
