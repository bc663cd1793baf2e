package io.modrt.engine.layout;

import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import java.util.EnumMap;
import java.util.Map;

/** The size of each region while sections are added to it, in bytes. The kernel counts in an {@code unsigned int}. */
final class RegionSizes {
    /** Where the kernel's count wraps. */
    private static final long MOST_COUNTED = 0xffff_ffffL;
    /** The most that one array holds on every Java runtime. */
    private static final long MOST_HELD = Integer.MAX_VALUE - 8L;

    private final String moduleName;
    private final Map<RegionKind, Long> bytes = new EnumMap<>(RegionKind.class);
    private final Map<RegionKind, Long> usedBytes = new EnumMap<>(RegionKind.class);

    RegionSizes(String moduleName) {
        this.moduleName = moduleName;
    }

    /** The size so far. */
    long bytes(RegionKind kind) {
        return bytes.getOrDefault(kind, 0L);
    }

    /** The size so far, without rounding at its end. */
    long usedBytes(RegionKind kind) {
        return usedBytes.getOrDefault(kind, 0L);
    }

    /**
     * Adds {@code addedBytes}, to be read as unsigned, because of {@code what}.
     *
     * @throws LayoutException where the sum is more than the kernel can count or an array can hold
     */
    void add(RegionKind kind, long addedBytes, String what) {
        bytes.put(kind, checkSum(kind, addedBytes, what));
        usedBytes.put(kind, bytes(kind));
    }

    /** Rounds the size up to a multiple of {@code alignment}, a power of two, because of {@code what}; fails as {@link #add} does. */
    void align(RegionKind kind, long alignment, String what) {
        bytes.put(kind, checkSum(kind, -bytes(kind) & (alignment - 1), what));
    }

    /** Bytes that can be added to a region before {@link #add} fails. */
    long room(RegionKind kind) {
        return MOST_HELD - bytes(kind);
    }

    /** What {@link #add} would make the size; fails as it does. */
    long checkSum(RegionKind kind, long addedBytes, String what) {
        long sum = bytes(kind) + addedBytes;
        if (Long.compareUnsigned(addedBytes, MOST_COUNTED) > 0 || sum > MOST_COUNTED) {
            throw refuse(kind, addedBytes, what, "the kernel counts in 32 bits and would wrap");
        }
        if (sum > MOST_HELD) {
            throw refuse(
                    kind,
                    addedBytes,
                    what,
                    "a region is held in one array, of at most 0x" + Long.toHexString(MOST_HELD) + " bytes");
        }
        return sum;
    }

    private LayoutException refuse(RegionKind kind, long addedBytes, String what, String limit) {
        return new LayoutException(Refusal.beyondKernel(moduleName + ": " + what + ": 0x" + Long.toHexString(addedBytes)
                + " bytes after the first 0x" + Long.toHexString(bytes(kind)) + " of region " + kind + ": " + limit));
    }
}
