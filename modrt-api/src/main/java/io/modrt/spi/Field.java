package io.modrt.spi;

import io.modrt.bytes.Bytes;
import java.util.function.IntUnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Where a relocation stores its value's bits: a run of value bits, scattered over the bits of {@link #mask()} in 1, 2, 4 or 8 bytes at any
 * alignment. Shift, alignment and range all follow from {@link #bits()} and {@link #from}. Immutable.
 *
 * <p>The scatter function is the specification. It must be linear over exclusive or, as every rearrangement of bits is, even where
 * two value bits meet in one word bit; two tables of 2,048 words are made from it once, and {@link #insert} reads those. With
 * {@link #flipping} it is affine: some bits are stored inverted.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Field {
    private static final int HALF_BITS = 11;
    private static final int HALF = 1 << HALF_BITS;
    private static final int[] NONE = {};
    private static final Scatter IN_ORDER = new Scatter(NONE, NONE, NONE);

    /** All 32 bits of a word of data. */
    public static final Field WORD32 = data("word32", Integer.BYTES);
    /** All 64 bits of a doubleword of data. */
    public static final Field WORD64 = data("word64", Long.BYTES);

    /** The two tables of a scatter function, empty if the bits keep their order, and its {@linkplain #pivots pivots}. */
    private record Scatter(int[] low, int[] high, int[] pivots) {}

    private final String name;
    private final int bytes;
    private final boolean isCode;
    private final int mask;
    private final int bits;
    private final int from;
    private final int flipped;
    private final int place;
    private final Scatter scatter;
    /** Whether {@link #insert} shifts the bits; else it reads the tables, which have the bits that are stored inverted so. */
    private final boolean isInOrder;

    private final int[] low;
    private final int[] high;
    private final @Nullable Field second;

    private Field(
            String name,
            int bytes,
            boolean isCode,
            int mask,
            int bits,
            int from,
            int flipped,
            int place,
            Scatter scatter,
            @Nullable Field second) {
        this.name = name;
        this.bytes = bytes;
        this.isCode = isCode;
        this.mask = mask;
        this.bits = bits;
        this.from = from;
        this.flipped = flipped;
        this.place = place;
        this.scatter = scatter;
        this.isInOrder = scatter.low.length == 0 && flipped == 0;
        this.low = isInOrder ? NONE : table(0);
        this.high = isInOrder ? NONE : table(HALF_BITS);
        this.second = second;
    }

    /** The word bits of each run of {@link #HALF_BITS} value bits from {@code lowest} on; the table of the lowest inverts what is to be. */
    private int[] table(int lowest) {
        int[] known = lowest == 0 ? scatter.low : scatter.high;
        int[] table = new int[HALF];
        for (int i = 0; i < HALF; i++) {
            int bitsOfWord = known.length == 0 ? (i << lowest & ones(bits)) << place : known[i];
            table[i] = lowest == 0 ? bitsOfWord ^ flipped : bitsOfWord;
        }
        return table;
    }

    /** All bits of {@code sizeBytes} (1, 2, 4 or 8) bytes of data. For some bits of data, see {@link #ofData}. */
    public static Field data(String name, int sizeBytes) {
        if (sizeBytes < 1 || sizeBytes > Long.BYTES || Integer.bitCount(sizeBytes) != 1) {
            throw new IllegalArgumentException(name + ": no number has " + sizeBytes + " bytes");
        }
        int bits = sizeBytes * Byte.SIZE;
        return new Field(name, sizeBytes, false, ones(bits), bits, 0, 0, 0, IN_ORDER, null);
    }

    /** The low {@code bits} bits, 1 to 32, of a 32-bit instruction in their own order. */
    public static Field low(String name, int bits) {
        return run(name, bits, 0);
    }

    /**
     * {@code bits} adjacent bits of a 32-bit instruction in their own order, from bit {@code lowest} of the instruction on; both together at
     * most 32.
     */
    public static Field run(String name, int bits, int lowest) {
        if (bits < 1 || lowest < 0 || bits + lowest > Integer.SIZE) {
            throw new IllegalArgumentException(
                    name + ": " + bits + " bits from bit " + lowest + " on do not fit a word");
        }
        return new Field(name, Integer.BYTES, true, ones(bits) << lowest, bits, 0, 0, lowest, IN_ORDER, null);
    }

    /**
     * Bits of a 32-bit instruction in another order, as the architecture's manual draws them.
     *
     * @param mask every bit of the word that the field may set
     * @param bits the number of value bits, at most 22
     * @param scatter from a value of {@code bits} bits to its bits in the word
     */
    public static Field scattered(String name, int mask, int bits, IntUnaryOperator scatter) {
        return scattered(name, Integer.BYTES, mask, bits, scatter);
    }

    /** As {@link #scattered(String, int, int, IntUnaryOperator)}, in a 16-bit instruction. */
    public static Field scatteredInHalf(String name, int mask, int bits, IntUnaryOperator scatter) {
        return scattered(name, Short.BYTES, mask, bits, scatter);
    }

    private static Field scattered(String name, int bytes, int mask, int bits, IntUnaryOperator scatter) {
        if (bits < 1
                || bits > 2 * HALF_BITS
                || Integer.bitCount(mask) != bits
                || (mask & ~ones(bytes * Byte.SIZE)) != 0) {
            throw new IllegalArgumentException(name + ": " + bits + " bits, mask 0x" + Integer.toHexString(mask));
        }
        int[] low = new int[HALF];
        int[] high = new int[HALF];
        int reached = 0;
        for (int i = 0; i < HALF; i++) {
            low[i] = scatter.applyAsInt(i & ones(bits));
            high[i] = scatter.applyAsInt((i << HALF_BITS) & ones(bits));
            reached |= low[i] | high[i];
        }
        if (reached != mask || scatter.applyAsInt(0) != 0) {
            throw new IllegalArgumentException(name + ": scatter reaches 0x" + Integer.toHexString(reached)
                    + ", the mask is 0x" + Integer.toHexString(mask));
        }
        return new Field(name, bytes, true, mask, bits, 0, 0, 0, new Scatter(low, high, pivots(bits, low, high)), null);
    }

    /**
     * Two consecutive 32-bit instructions that share a value: the upper bits in the first, the lower in the second.
     *
     * @param first the field of the first, which holds the value's bits from its {@link #lowestBit()} on
     * @param second the field of the second, which holds the value's bits below those
     */
    public static Field pair(String name, Field first, Field second) {
        if (first.bytes != Integer.BYTES || second.bytes != Integer.BYTES || first.from != second.from + second.bits) {
            throw new IllegalArgumentException(
                    name + ": " + first + " does not hold the value bits directly above those of " + second);
        }
        return new Field(
                name,
                Long.BYTES,
                true,
                first.mask,
                first.bits,
                first.from,
                first.flipped,
                first.place,
                first.scatter,
                second);
    }

    /**
     * The same field, holding the value's bits from {@code lowestBit} on. The bits below are dropped;
     * {@link RelocationType#targetAlignment} says whether they must be zero.
     */
    public Field from(int lowestBit) {
        Field lower = second;
        return lower == null
                ? new Field(name, bytes, isCode, mask, bits, lowestBit, flipped, place, scatter, null)
                : new Field(
                        name,
                        bytes,
                        isCode,
                        mask,
                        bits,
                        lowestBit + lower.bits,
                        flipped,
                        place,
                        scatter,
                        lower.from(lowestBit));
    }

    /** The same field, with the word bits of {@code wordBits} stored inverted. */
    public Field flipping(int wordBits) {
        if ((wordBits & ~mask) != 0) {
            throw new IllegalArgumentException(
                    name + ": 0x" + Integer.toHexString(wordBits) + " has bits outside the field's mask");
        }
        if (bits > 2 * HALF_BITS) {
            throw new IllegalArgumentException(
                    name + ": of " + bits + " bits none can be inverted, at most " + 2 * HALF_BITS);
        }
        return new Field(name, bytes, isCode, mask, bits, from, wordBits, place, scatter, second);
    }

    /**
     * The same bits of data, which has the byte order of the file. Fields that are made by bits, such as {@link #low}, are of instructions,
     * which have that of {@link ArchKernel#codeOrder}: {@code Field.low("prel31", 31).ofData()} is 31 bits of a word in a table.
     */
    public Field ofData() {
        return new Field(
                name, bytes, false, mask, bits, from, flipped, place, scatter, second == null ? null : second.ofData());
    }

    private static int ones(int bits) {
        return bits >= Integer.SIZE ? -1 : (1 << bits) - 1;
    }

    /**
     * {@code word} with the field set to the value's bits; all other bits stay. For a pair, the first word; not for 8 bytes of data.
     */
    public int insert(int word, long value) {
        int v = (int) (value >> from);
        return (word & ~mask)
                | (isInOrder ? v << place & mask : low[v & (HALF - 1)] ^ high[(v >>> HALF_BITS) & (HALF - 1)]);
    }

    /** Sets the field in the bytes from {@code at} on to the value's bits; all other bits stay. */
    public void store(byte[] array, int at, boolean bigEndian, long value) {
        Field behind = second;
        if (bytes == Integer.BYTES) {
            Bytes.putInt(array, at, bigEndian, insert(Bytes.getInt(array, at, bigEndian), value));
        } else if (behind != null) {
            Bytes.putInt(array, at, bigEndian, insert(Bytes.getInt(array, at, bigEndian), value));
            behind.store(array, at + Integer.BYTES, bigEndian, value);
        } else if (bytes == Long.BYTES) {
            Bytes.putLong(array, at, bigEndian, value);
        } else {
            int old = (int) Bytes.get(array, at, bytes, bigEndian);
            Bytes.put(array, at, bytes, bigEndian, insert(old, value));
        }
    }

    /** The value in the field of the bytes from {@code at} on, sign-extended, its lowest bit at {@link #lowestBit()}. */
    public long load(byte[] array, int at, boolean bigEndian) {
        Field behind = second;
        if (behind != null) {
            long lower = behind.load(array, at + Integer.BYTES, bigEndian);
            return extract(Bytes.getInt(array, at, bigEndian)) + (lower & (1L << from) - 1);
        }
        return bytes == Long.BYTES
                ? Bytes.getLong(array, at, bigEndian)
                : extract((int) Bytes.get(array, at, bytes, bigEndian));
    }

    /** The word bits that one value bit sets. */
    private static int image(int[] low, int[] high, int bit) {
        return bit < HALF_BITS ? low[1 << bit] : high[1 << (bit - HALF_BITS)];
    }

    /**
     * For each value bit, the word bits that it sets and no lower value bit does. Once the images of all higher value bits are removed from
     * a word, they show whether this value bit is set.
     */
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

    /** The value in the field of {@code word}, sign-extended, its lowest bit at {@link #lowestBit()}. Not for 8 bytes. */
    public long extract(int word) {
        int rest = (word ^ flipped) & mask;
        int v = rest >>> place;
        if (!isInOrder && scatter.pivots.length > 0) {
            v = 0;
            for (int bit = bits - 1; bit >= 0; bit--) {
                if ((rest & scatter.pivots[bit]) != 0) {
                    v |= 1 << bit;
                    rest ^= image(scatter.low, scatter.high, bit);
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

    /** All word bits that the field sets, for a pair those of the first word; all ones for 4 or 8 bytes of data. */
    public int mask() {
        return mask;
    }

    /** The second word of a pair; null for any other field. */
    public @Nullable Field second() {
        return second;
    }

    /** The number of value bits that it holds. */
    public int bits() {
        return second == null ? bits : bits + second.bits;
    }

    /** The number of the lowest value bit that it holds. */
    public int lowestBit() {
        return second == null ? from : second.from;
    }

    /** Bytes written: 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** The number of the word's bit that takes the lowest bit of the value, where all bits keep their order; -1 where they do not. */
    public int place() {
        return isInOrder ? place : -1;
    }

    /** Whether the field is part of an instruction, whose byte order may differ from that of data. */
    public boolean isCode() {
        return isCode;
    }

    private boolean holdsAnything() {
        return bits() + lowestBit() >= Long.SIZE;
    }

    /** The least signed value that fits. */
    public long leastSigned() {
        return holdsAnything() ? Long.MIN_VALUE : -1L << (bits() - 1 + lowestBit());
    }

    /** The greatest signed value that fits, low bits zero. */
    public long greatestSigned() {
        return holdsAnything() ? Long.MAX_VALUE : ((1L << (bits() - 1)) - 1) << lowestBit();
    }

    /** The greatest unsigned value that fits, low bits zero. */
    public long greatestUnsigned() {
        return holdsAnything() ? -1L << lowestBit() : ((1L << bits()) - 1) << lowestBit();
    }

    @Override
    public String toString() {
        return lowestBit() == 0 ? name : name + " from bit " + lowestBit();
    }
}
