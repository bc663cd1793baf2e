package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;

/** The size of each region while sections are added to it, in bytes. The kernel counts in an {@code unsigned int}. */
final class RegionSizes {
    /** The greatest size that the kernel's count holds. */
    private static final long MOST_COUNTED = 0xffff_ffffL;
    /** The greatest array that every Java runtime can make. */
    private static final long MOST_HELD = Integer.MAX_VALUE - 8L;

    private static final int KINDS = RegionKind.values().length;

    private final String moduleName;
    private final long[] bytes = new long[KINDS];
    private final long[] usedBytes = new long[KINDS];

    RegionSizes(String moduleName) {
        this.moduleName = moduleName;
    }

    /** The size so far. */
    long bytes(RegionKind kind) {
        return bytes[kind.ordinal()];
    }

    /** The size so far, without the rounding at its end. */
    long usedBytes(RegionKind kind) {
        return usedBytes[kind.ordinal()];
    }

    /**
     * Adds {@code addedBytes}, read as unsigned.
     *
     * @param what what the bytes are for, in messages: a {@link Section} or a text
     * @throws LayoutException if the sum is more than the kernel can count or an array can hold
     */
    void add(RegionKind kind, long addedBytes, Object what) {
        long sum = checkSum(kind, addedBytes, what);
        bytes[kind.ordinal()] = sum;
        usedBytes[kind.ordinal()] = sum;
    }

    /** Rounds the size up to a multiple of {@code alignment}, a power of two; fails as {@link #add} does. */
    void align(RegionKind kind, long alignment, Object what) {
        bytes[kind.ordinal()] = checkSum(kind, -bytes(kind) & (alignment - 1), what);
    }

    /** Bytes that can be added to a region before {@link #add} fails. */
    long room(RegionKind kind) {
        return MOST_HELD - bytes(kind);
    }

    /** The size that {@link #add} would give the region; fails as it does. */
    long checkSum(RegionKind kind, long addedBytes, Object what) {
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

    private LayoutException refuse(RegionKind kind, long addedBytes, Object what, String limit) {
        String whose =
                what instanceof Section section ? "section " + section.index() + " " + section.name() : what.toString();
        return new LayoutException(Refusal.beyondKernel(
                moduleName + ": " + whose + ": 0x" + Long.toHexString(addedBytes) + " bytes after the first 0x"
                        + Long.toHexString(bytes(kind)) + " of region " + kind + ": " + limit));
    }
}
