package io.modrt.engine.relocation;

import io.modrt.bytes.Bytes;
import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.relocation.RelocationRows.Row;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The addends of one relocation section. An addend in place that the architecture does not set is read when its relocation is applied,
 * since an earlier entry may have changed the place. The arrays are made only when the architecture changes or refuses an entry.
 */
final class SectionAddends implements Addends {
    private static final byte SET = 1;
    private static final byte FAILING = 2;
    private static final byte[] UNTOUCHED = {};
    private static final long[] NO_ADDENDS = {};

    private RelocationSection relocations;
    private RelocationRows rows;
    private SectionBytes bytes;
    private int count;
    private boolean isInPlace;
    private long[] addends = NO_ADDENDS;
    private byte[] states = UNTOUCHED;
    private Map<Integer, Refusal> refused = Map.of();
    private Map<Integer, Refusal> open = Map.of();
    private Map<Integer, String> left = Map.of();

    SectionAddends(RelocationSection relocations, int count, RelocationRows rows, SectionBytes bytes) {
        start(relocations, count, rows, bytes);
    }

    /** Becomes those of another section; a module may have thousands. */
    final void start(RelocationSection relocations, int count, RelocationRows rows, SectionBytes bytes) {
        this.relocations = relocations;
        this.count = count;
        this.rows = rows;
        this.bytes = bytes;
        isInPlace = relocations.addends() == AddendKind.IN_PLACE;
        if (states.length != 0) {
            addends = NO_ADDENDS;
            states = UNTOUCHED;
            refused = Map.of();
            open = Map.of();
            left = Map.of();
        }
    }

    private void mark(int index, byte state) {
        if (states.length == 0) {
            states = new byte[count];
            refused = new LinkedHashMap<>();
            open = new LinkedHashMap<>();
            left = new LinkedHashMap<>();
        }
        states[index] = state;
    }

    private boolean is(int index, byte state) {
        return states.length != 0 && states[index] == state;
    }

    @Override
    public long get(int index) {
        if (is(index, SET)) {
            return addends[index];
        }
        return isInPlace ? inPlace(index) : relocations.addend(index);
    }

    private long inPlace(int index) {
        Row row = rows.row(relocations.type(index));
        long offset = relocations.offset(index);
        // why: an entry of unknown type or outside the section is refused when it is applied
        return row == null || !row.fitsIn(bytes, offset) ? 0 : read(row, bytes.arrayOffset() + (int) offset);
    }

    private long read(Row row, int at) {
        if (row.bytes == Integer.BYTES) {
            return row.field.extract(Bytes.getInt(bytes.array(), at, row.bigEndian));
        }
        return row.bytes == 0 ? 0 : row.field.load(bytes.array(), at, row.bigEndian);
    }

    /** As {@link #get(int)}, for an entry whose type and place have been checked. */
    long get(int index, Row row, int at) {
        if (is(index, SET)) {
            return addends[index];
        }
        return isInPlace ? read(row, at) : relocations.addend(index);
    }

    @Override
    public void set(int index, long addend) {
        if (addends.length == 0) {
            addends = new long[count];
        }
        addends[index] = addend;
        mark(index, SET);
    }

    @Override
    public void refuse(int index, Refusal refusal) {
        mark(index, FAILING);
        refused.putIfAbsent(index, refusal);
    }

    @Override
    public void refuseAtEnd(int index, Refusal refusal) {
        mark(index, FAILING);
        open.putIfAbsent(index, refusal);
    }

    @Override
    public void leave(int index, String why) {
        mark(index, FAILING);
        left.put(index, why);
    }

    /** Whether all addends are those in the relocations. */
    boolean areExplicit() {
        return !isInPlace && states.length == 0;
    }

    /** The refusal of a place outside the section whose addend the kernel reads before it looks at the type; empty elsewhere. */
    Optional<Refusal> crash(long offset) {
        boolean isInside = offset >= 0 && offset <= bytes.sizeBytes() - Integer.BYTES;
        return !isInPlace || isInside
                ? Optional.empty()
                : Optional.of(Refusal.beyondKernel(
                        "the place is outside its section, which has " + bytes.sizeBytes() + " bytes"));
    }

    /** Whether the entry was refused or left, so that its place stays as it is. */
    boolean isFailing(int index) {
        return is(index, FAILING);
    }

    /** The refusal with which the entry fails when it is applied; null if it does not, or fails at the end of the section. */
    @Nullable
    Refusal refusal(int index) {
        return refused.get(index);
    }

    /** Whether there are entries that are left as they are, or fail at the end of the section. */
    boolean isAnyLeft() {
        return !open.isEmpty() || !left.isEmpty();
    }

    /** The entries that fail at the end of the section, each with its refusal. */
    Map<Integer, Refusal> open() {
        return open;
    }

    /** The entries that are left as they are without a failure, each with the reason. */
    Map<Integer, String> left() {
        return left;
    }
}
