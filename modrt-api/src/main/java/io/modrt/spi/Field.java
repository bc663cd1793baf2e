package io.modrt.spi;

import java.util.function.IntUnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Where a value's bits go: a run of value bits, scattered over the bits of {@link #mask()} in a 32-bit word, or the whole of a
 * 64-bit doubleword. Shift, alignment and range all follow from {@link #bits()} and {@link #from}.
 *
 * <p>The scatter function is the specification. It must be linear over exclusive or, as every rearrangement of bits is, even where
 * two value bits meet in one word bit; two tables of 2,048 words are made from it once, and {@link #insert} reads those.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Field {
    private static final int HALF_BITS = 11;
    private static final int HALF = 1 << HALF_BITS;
    private static final int[] NO_PIVOTS = {};

    /** All 32 bits of a word. */
    public static final Field WORD32 = new Field("word32", -1, 32, 0, 4, null, null, NO_PIVOTS);
    /** All 64 bits of a doubleword. */
    public static final Field WORD64 = new Field("word64", -1, 64, 0, 8, null, null, NO_PIVOTS);

    private final String name;
    private final int mask;
    private final int bits;
    private final int from;
    private final int bytes;
    private final int @Nullable [] low;
    private final int @Nullable [] high;
    private final int[] pivots;

    private Field(
            String name,
            int mask,
            int bits,
            int from,
            int bytes,
            int @Nullable [] low,
            int @Nullable [] high,
            int[] pivots) {
        this.name = name;
        this.mask = mask;
        this.bits = bits;
        this.from = from;
        this.bytes = bytes;
        this.low = low;
        this.high = high;
        this.pivots = pivots;
    }

    /** The low {@code bits} bits of a word, at most 32, in their own order. */
    public static Field low(String name, int bits) {
        if (bits < 1 || bits > 32) {
            throw new IllegalArgumentException(name + ": " + bits + " bits do not fit a word");
        }
        return new Field(name, bits == 32 ? -1 : (1 << bits) - 1, bits, 0, 4, null, null, NO_PIVOTS);
    }

    /**
     * Bits in another order, as the architecture's manual draws them.
     *
     * @param mask every bit of the word that the field may set
     * @param bits the number of value bits, at most 22
     * @param scatter from a value of {@code bits} bits to its bits in the word
     */
    public static Field scattered(String name, int mask, int bits, IntUnaryOperator scatter) {
        if (bits < 1 || bits > 2 * HALF_BITS || Integer.bitCount(mask) != bits) {
            throw new IllegalArgumentException(name + ": " + bits + " bits, mask 0x" + Integer.toHexString(mask));
        }
        int valueMask = (1 << bits) - 1;
        int[] low = new int[HALF];
        int[] high = new int[HALF];
        int reached = 0;
        for (int i = 0; i < HALF; i++) {
            low[i] = scatter.applyAsInt(i & valueMask);
            high[i] = scatter.applyAsInt((i << HALF_BITS) & valueMask);
            reached |= low[i] | high[i];
        }
        if (reached != mask || scatter.applyAsInt(0) != 0) {
            throw new IllegalArgumentException(name + ": scatter reaches 0x" + Integer.toHexString(reached)
                    + ", the mask is 0x" + Integer.toHexString(mask));
        }
        return new Field(name, mask, bits, 0, 4, low, high, pivots(bits, low, high));
    }

    /** The same place, holding value bits {@code lowestBit} and up; the bits below must be zero where the fit is checked. */
    public Field from(int lowestBit) {
        return new Field(name, mask, bits, lowestBit, bytes, low, high, pivots);
    }

    /** {@code word} with the field set to the value's bits; all other bits stay. For fields of 4 bytes. */
    public int insert(int word, long value) {
        int v = (int) (value >> from);
        return (word & ~mask) | scatter(v);
    }

    private int scatter(int v) {
        int[] lowTable = low;
        int[] highTable = high;
        if (lowTable == null || highTable == null) {
            return v & mask;
        }
        return lowTable[v & (HALF - 1)] | highTable[(v >>> HALF_BITS) & (HALF - 1)];
    }

    /** The word bits that one value bit sets. */
    private static int image(int[] low, int[] high, int bit) {
        return bit < HALF_BITS ? low[1 << bit] : high[1 << (bit - HALF_BITS)];
    }

    /** For each value bit the word bits that it sets and no lower one does: what tells it once the higher ones are known. */
    private static int[] pivots(int bits, int[] low, int[] high) {
        int[] pivots = new int[bits];
        int below = 0;
        for (int bit = 0; bit < bits; bit++) {
            int image = image(low, high, bit);
            pivots[bit] = image & ~below;
            below |= image;
        }
        return pivots;
    }

    /** The value in the field of {@code word}, sign-extended, its lowest bit at {@link #lowestBit()}. For fields of 4 bytes. */
    public long extract(int word) {
        int v;
        int[] lowTable = low;
        int[] highTable = high;
        if (lowTable == null || highTable == null) {
            v = word & mask;
        } else {
            v = 0;
            int rest = word & mask;
            for (int bit = bits - 1; bit >= 0; bit--) {
                if ((rest & pivots[bit]) != 0) {
                    v |= 1 << bit;
                    rest ^= image(lowTable, highTable, bit);
                }
            }
        }
        int unused = Integer.SIZE - bits;
        return (long) (v << unused >> unused) << from;
    }

    /** The field's name, as the manual has it. */
    public String name() {
        return name;
    }

    /** Every bit of the word that the field owns; all ones for a doubleword. */
    public int mask() {
        return mask;
    }

    /** The number of value bits that it holds. */
    public int bits() {
        return bits;
    }

    /** The number of the value's bit that comes first. */
    public int lowestBit() {
        return from;
    }

    /** Bytes written: 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** The least signed value that fits. */
    public long leastSigned() {
        return bytes == 8 ? Long.MIN_VALUE : -1L << (bits - 1 + from);
    }

    /** The greatest signed value that fits, low bits zero. */
    public long greatestSigned() {
        return bytes == 8 ? Long.MAX_VALUE : ((1L << (bits - 1)) - 1) << from;
    }

    /** The greatest unsigned value that fits, low bits zero. */
    public long greatestUnsigned() {
        return bytes == 8 ? -1L : ((1L << bits) - 1) << from;
    }

    @Override
    public String toString() {
        return from == 0 ? name : name + " from bit " + from;
    }
}
