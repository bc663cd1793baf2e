package io.modrt.engine;

import io.modrt.Refusal;
import io.modrt.spi.Addends;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The addends of one SHT_REL section, worked out before any of its places changes. */
final class InPlaceAddends implements Addends {
    private final long[] addends;
    private final Map<Integer, Refusal> refused = new LinkedHashMap<>();
    private final Map<Integer, Refusal> open = new LinkedHashMap<>();
    private final BitSet failing = new BitSet();
    private final BitSet completed = new BitSet();

    InPlaceAddends(int count) {
        this.addends = new long[count];
    }

    @Override
    public long get(int index) {
        return addends[index];
    }

    @Override
    public void set(int index, long addend) {
        addends[index] = addend;
        completed.set(index);
    }

    /** Keeps what the place of entry {@code index} holds before the section is applied. */
    void read(int index, long addend) {
        addends[index] = addend;
    }

    /** Whether the architecture set the addend; else it is what the place holds when its turn comes. */
    boolean isCompleted(int index) {
        return completed.get(index);
    }

    @Override
    public void refuse(int index, Refusal refusal) {
        refused.putIfAbsent(index, refusal);
        failing.set(index);
    }

    @Override
    public void refuseAtEnd(int index, Refusal refusal) {
        open.putIfAbsent(index, refusal);
        failing.set(index);
    }

    /** Whether the entry's place is to be left as it is. */
    boolean isFailing(int index) {
        return failing.get(index);
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
