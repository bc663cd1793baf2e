package io.modrt.memory;

import io.modrt.address.AddressRange;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The free parts of an area, by offset from its start; adjacent parts are joined to one hole. Not safe for use by many threads. */
final class Holes {
    private static final int CLASS_BITS = 3;

    private final AddressRange area;
    private final TreeMap<Long, Long> sizes = new TreeMap<>();
    /**
     * For each class of sizes, an offset in front of which no hole is of this class or a greater one, so that small ones are not looked at
     * again and again. In ascending order.
     */
    private final long[] starts = new long[classOf(Long.MAX_VALUE) + 2];

    Holes(AddressRange area) {
        this.area = area;
        if (area.sizeBytes() > 0) {
            sizes.put(0L, area.sizeBytes());
        }
    }

    /**
     * Takes the lowest {@code sizeBytes} free bytes whose address is a multiple of {@code alignment}. Returns their offset, or empty if
     * there is no room.
     */
    OptionalLong take(long sizeBytes, long alignment) {
        boolean areTooSmall = true;
        for (Map.Entry<Long, Long> hole :
                sizes.tailMap(starts[classOf(sizeBytes)]).entrySet()) {
            // why: removing from a TreeMap may change the key and value of an entry that is held
            long offset = hole.getKey();
            long holeBytes = hole.getValue();
            long skipped = -(area.start().value() + offset) & (alignment - 1);
            if (skipped <= holeBytes && sizeBytes <= holeBytes - skipped) {
                if (areTooSmall) {
                    startAt(offset, sizeBytes);
                }
                take(offset, holeBytes, skipped, sizeBytes);
                return OptionalLong.of(offset + skipped);
            }
            areTooSmall &= holeBytes < sizeBytes;
        }
        if (areTooSmall) {
            startAt(area.sizeBytes(), sizeBytes);
        }
        return OptionalLong.empty();
    }

    /** Notes that no hole in front of {@code offset} has {@code sizeBytes} bytes. */
    private void startAt(long offset, long sizeBytes) {
        for (int i = classOf(sizeBytes - 1) + 1; i < starts.length && starts[i] < offset; i++) {
            starts[i] = offset;
        }
    }

    /** The class of a size: eight for each power of two. */
    private static int classOf(long sizeBytes) {
        int shift = Math.max(0, Long.SIZE - 1 - CLASS_BITS - Long.numberOfLeadingZeros(sizeBytes));
        return (shift << CLASS_BITS) + (int) (sizeBytes >>> shift);
    }

    private void take(long hole, long holeBytes, long skipped, long sizeBytes) {
        sizes.remove(hole);
        if (skipped > 0) {
            sizes.put(hole, skipped);
        }
        if (skipped + sizeBytes < holeBytes) {
            sizes.put(hole + skipped + sizeBytes, holeBytes - skipped - sizeBytes);
        }
    }

    /** Gives {@code sizeBytes} bytes at {@code offset} back. */
    void give(long offset, long sizeBytes) {
        long start = offset;
        long end = offset + sizeBytes;
        Map.Entry<Long, Long> before = sizes.lowerEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            start = before.getKey();
        }
        Long behind = sizes.remove(end);
        long joined = end - start + (behind == null ? 0 : behind);
        sizes.put(start, joined);
        for (int i = classOf(joined); i >= 0 && starts[i] > start; i--) {
            starts[i] = start;
        }
    }

    /** The size of the largest hole in bytes; 0 if there is none. */
    long largest() {
        return sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
