package io.modrt.memory;

import io.modrt.address.AddressRange;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The free parts of an area, by offset from its start; adjacent parts are joined to one hole. Not safe for use by many threads. */
final class Holes {

    private final AddressRange area;
    private final TreeMap<Long, Long> sizes = new TreeMap<>();

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
        for (Map.Entry<Long, Long> hole : sizes.entrySet()) {
            // why: removing from a TreeMap may change the key and value of an entry that is held
            long offset = hole.getKey();
            long holeBytes = hole.getValue();
            long skipped = -(area.start().value() + offset) & (alignment - 1);
            if (skipped <= holeBytes && sizeBytes <= holeBytes - skipped) {
                take(offset, holeBytes, skipped, sizeBytes);
                return OptionalLong.of(offset + skipped);
            }
        }
        return OptionalLong.empty();
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
        sizes.put(start, end - start + (behind == null ? 0 : behind));
    }

    /** The size of the largest hole in bytes; 0 if there is none. */
    long largest() {
        return sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
