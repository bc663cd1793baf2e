package io.modrt.engine.relocation;

import io.modrt.bytes.Bytes;
import io.modrt.elf.RelocationSection;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.relocation.RelocationRows.Row;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Applies those relocations of one module with which nothing is out of the ordinary; they are nearly all. */
final class PlainRelocations {
    /** An addend of which the architecture's load must be asked; no half is that great. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final long[] values;
    private final BitSet missing;
    private final boolean anyMissing;
    private @Nullable RelocationSection inFileOrder;
    private int packedRests;
    private boolean hasBase;
    private long base;

    /**
     * The plain relocations of a module.
     *
     * @param values the value of each symbol
     * @param missing the symbols that have none
     */
    PlainRelocations(long[] values, BitSet missing) {
        this.values = values;
        this.missing = missing;
        this.anyMissing = !missing.isEmpty();
    }

    /** Goes on to another section, and forgets the {@link #packedRests} of the one before. */
    void start(RelocationSection relocations) {
        inFileOrder = relocations.inFileOrder();
        packedRests = 0;
    }

    /** Tells the base from which some formulas count; until then, relocations with such a formula are not plain. */
    void base(long known) {
        base = known;
        hasBase = true;
    }

    /** The bits that packed entries have and the kernel ignores, as one. */
    int packedRests() {
        return packedRests;
    }

    /**
     * Applies common relocations fast: an ordinary symbol, a place within the section, a plain type, a value in range.
     *
     * @return the first entry from {@code start} on that is not so common, or {@code count}
     */
    int apply(
            RelocationSection relocations,
            int start,
            int count,
            RelocationRows rows,
            SectionBytes bytes,
            SectionAddends addends) {
        byte[] array = bytes.array();
        int arrayOffset = bytes.arrayOffset();
        long sizeBytes = bytes.sizeBytes();
        long address = bytes.address();
        boolean isExplicit = addends.areExplicit();
        boolean hasOneOrder = rows.hasOneOrder();
        boolean isBig = rows.isBigEndian();
        long[] symbolValues = values;
        RelocationSection entries = Objects.requireNonNull(inFileOrder);
        for (int i = start; i < count; i++) {
            int entry = relocations.numberInFile(i);
            packedRests |= entries.packedRest(entry);
            Row row = rows.row(entries.type(entry));
            int symbolIndex = entries.symbol(entry);
            long offset = entries.offset(entry);
            if (row == null
                    || !row.isPlain
                    || (row.isFromBase && !hasBase)
                    || offset < 0
                    || offset > sizeBytes - row.bytes
                    || symbolIndex < 0
                    || symbolIndex >= symbolValues.length
                    || (anyMissing && missing.get(symbolIndex))) {
                return i;
            }
            long lower = 0;
            if (!isExplicit) {
                if (addends.isFailing(i)) {
                    return i;
                }
                if (row.lower != null) {
                    lower = i + 1 < count
                            ? lowerHalf(entries, relocations.numberInFile(i + 1), row.lower, symbolIndex, bytes)
                            : UNKNOWN;
                }
                if (lower == UNKNOWN) {
                    return i;
                }
            }
            long symbolValue = symbolValues[symbolIndex];
            if (rows.isErrorValue(symbolValue)) {
                return i;
            }
            int at = arrayOffset + (int) offset;
            long addend = isExplicit ? entries.addend(entry) : addends.get(i, row, at) + lower;
            long goal = symbolValue + addend;
            long value = row.value(row.isFromBase ? goal - base : goal, addend, address + offset);
            if (row.isRanged && !row.isInRange(value)) {
                return i;
            }
            boolean big = hasOneOrder ? isBig : row.bigEndian;
            if (row.bytes == Long.BYTES) {
                Bytes.putLong(array, at, big, value);
            } else {
                Bytes.putInt(array, at, big, row.field.insert(Bytes.getInt(array, at, big), value));
            }
        }
        return count;
    }

    /** The lower half of an addend if the next entry is the one whose place holds it, against the same symbol; else {@link #UNKNOWN}. */
    private static long lowerHalf(RelocationSection entries, int next, Row lower, int symbol, SectionBytes bytes) {
        long offset = entries.offset(next);
        return entries.type(next) != lower.number || entries.symbol(next) != symbol || !lower.fitsIn(bytes, offset)
                ? UNKNOWN
                : lower.field.load(bytes.array(), bytes.arrayOffset() + (int) offset, lower.bigEndian);
    }
}
