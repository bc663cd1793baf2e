package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.Width;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.BiConsumer;

/** Words of code in the target's memory, and a list of those that shall change: all of it is written, or undone. */
final class CodeMemory {
    private static final int MOST_WORDS = 32;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final TargetMemory memory;
    private final boolean bigEndian;
    private final byte[] buffer = new byte[MOST_WORDS * Integer.BYTES];
    private long[] places = new long[64];
    private int[] before = new int[64];
    private int[] after = new int[64];
    private boolean[] joins = new boolean[64];
    private int planned;
    private int written;

    CodeMemory(TargetMemory memory, boolean bigEndian) {
        this.memory = memory;
        this.bigEndian = bigEndian;
    }

    /** Reads words into {@code words[0, count)}. */
    void read(long address, int[] words, int count) {
        memory.read(Address.of(address), buffer, 0, count * Integer.BYTES);
        for (int i = 0; i < count; i++) {
            words[i] = word(buffer, i * Integer.BYTES, bigEndian);
        }
    }

    /** Makes {@code words} the words of a pointer. */
    void putPointer(int[] words, Width width, long value) {
        int lower = width == Width.BITS_64 && bigEndian ? 1 : 0;
        words[lower] = (int) value;
        if (width == Width.BITS_64) {
            words[1 - lower] = (int) (value >>> Integer.SIZE);
        }
    }

    /** The word at {@code offset}. */
    static int word(byte[] bytes, int offset, boolean bigEndian) {
        int word = (int) WORD.get(bytes, offset);
        return bigEndian ? word : Integer.reverseBytes(word);
    }

    /** Makes room for so many words. */
    void expect(int words) {
        if (words > places.length) {
            places = Arrays.copyOf(places, words);
            before = Arrays.copyOf(before, words);
            after = Arrays.copyOf(after, words);
            joins = Arrays.copyOf(joins, words);
        }
    }

    /**
     * Plans to write a word, behind all that was planned before.
     *
     * @param joinsLast whether it is written together with the word planned before it, which is in front of it in memory
     */
    void plan(long place, int old, int word, boolean joinsLast) {
        if (planned == places.length) {
            expect(2 * planned);
        }
        places[planned] = place;
        before[planned] = old;
        after[planned] = word;
        joins[planned++] = joinsLast;
    }

    /** Writes what was planned, in that order, until something cannot be written: {@link #failed} is its place then. */
    void write() {
        while (written < planned) {
            int end = written + 1;
            while (end < planned && joins[end]) {
                end++;
            }
            store(places[written], after, written, end);
            written = end; // why: a write that fails has written nothing, so there is nothing to undo
        }
    }

    /** The place of the first word that was not written. */
    long failed() {
        return places[written];
    }

    private void store(long address, int[] words, int from, int to) {
        for (int i = from; i < to; i++) {
            int word = bigEndian ? words[i] : Integer.reverseBytes(words[i]);
            WORD.set(buffer, (i - from) * Integer.BYTES, word);
        }
        memory.write(Address.of(address), buffer, 0, (to - from) * Integer.BYTES);
    }

    /** Tells of all that was written in a range of code, as one change from the first word to the last. */
    void tellOf(AddressRange range) {
        long first = -1;
        long last = -1;
        for (int i = 0; i < written; i++) {
            long offset = places[i] - range.start().value();
            if (Long.compareUnsigned(offset, range.sizeBytes()) < 0) {
                first = first < 0 ? offset : Math.min(first, offset);
                last = Math.max(last, offset);
            }
        }
        if (first >= 0) {
            memory.codeChanged(new AddressRange(range.start().plus(first), last - first + Integer.BYTES));
        }
    }

    /** Puts all words back, the last first; {@code failed} takes the address of each that cannot be, and why. */
    void undo(BiConsumer<Address, RuntimeException> failed) {
        for (int i = written - 1; i >= 0; i--) {
            try {
                store(places[i], before, i, i + 1);
            } catch (RuntimeException failure) {
                failed.accept(Address.of(places[i]), failure);
            }
        }
    }
}
