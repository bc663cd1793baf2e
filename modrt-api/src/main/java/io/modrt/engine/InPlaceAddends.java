package io.modrt.engine;

import io.modrt.bytes.Bytes;
import io.modrt.elf.RelocationSection;
import io.modrt.engine.RelocationRows.Row;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addends of one SHT_REL section. Those that the architecture does not set are read from their place when their turn comes, since an
 * entry before may have changed it.
 */
final class InPlaceAddends implements Addends {
    private static final byte SET = 1;
    private static final byte FAILING = 2;

    private final RelocationSection relocations;
    private final RelocationRows rows;
    private final SectionBytes bytes;
    private final boolean bigEndian;
    private final long[] addends;
    private final byte[] states;
    private final Map<Integer, Refusal> refused = new LinkedHashMap<>();
    private final Map<Integer, Refusal> open = new LinkedHashMap<>();

    InPlaceAddends(RelocationSection relocations, int count, RelocationRows rows, SectionBytes bytes) {
        this.relocations = relocations;
        this.rows = rows;
        this.bytes = bytes;
        this.bigEndian = relocations.section().file().isBigEndian();
        this.addends = new long[count];
        this.states = new byte[count];
    }

    @Override
    public long get(int index) {
        if (states[index] == SET) {
            return addends[index];
        }
        Row row = rows.row(relocations.type(index));
        long offset = relocations.offset(index);
        // why: what has no type or no place is refused when its turn comes
        return row == null || !row.fitsIn(bytes, offset) ? 0 : read(row, bytes.arrayOffset() + (int) offset);
    }

    private long read(Row row, int at) {
        return row.bytes == Long.BYTES
                ? Bytes.getLong(bytes.array(), at, bigEndian)
                : row.field.extract(Bytes.getInt(bytes.array(), at, bigEndian));
    }

    /** The same for an entry whose type and place were checked. */
    long get(int index, Row row, int at) {
        return states[index] == SET ? addends[index] : read(row, at);
    }

    @Override
    public void set(int index, long addend) {
        addends[index] = addend;
        states[index] = SET;
    }

    @Override
    public void refuse(int index, Refusal refusal) {
        refused.putIfAbsent(index, refusal);
        states[index] = FAILING;
    }

    @Override
    public void refuseAtEnd(int index, Refusal refusal) {
        open.putIfAbsent(index, refusal);
        states[index] = FAILING;
    }

    /** Whether the entry's place is to be left as it is. */
    boolean isFailing(int index) {
        return states[index] == FAILING;
    }

    /** Why the entry fails when its turn comes, or null. */
    @Nullable
    Refusal refusal(int index) {
        return refused.get(index);
    }

    /** The entries that fail once the section is done, with the reason of each. */
    Map<Integer, Refusal> open() {
        return open;
    }
}
