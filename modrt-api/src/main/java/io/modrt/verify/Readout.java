package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import io.modrt.memory.MemoryReader;
import java.util.Arrays;
import java.util.BitSet;

/** The bytes that memory has in a range, and which of its words could not be read. */
final class Readout {
    private static final int CHUNK_BYTES = 4096;

    private final MemoryReader memory;
    private final Address start;
    private final byte[] bytes;
    private final BitSet unreadable = new BitSet();

    private Readout(MemoryReader memory, AddressRange range) {
        this.memory = memory;
        this.start = range.start();
        this.bytes = new byte[Math.toIntExact(range.sizeBytes())];
    }

    /** Reads {@code range} at once or, if that fails, in parts around the holes. */
    static Readout of(MemoryReader memory, AddressRange range) {
        Readout readout = new Readout(memory, range);
        if (!readout.tryRead(0, readout.bytes.length)) {
            for (int at = 0; at < readout.bytes.length; at += CHUNK_BYTES) {
                readout.read(at, Math.min(CHUNK_BYTES, readout.bytes.length - at));
            }
        }
        return readout;
    }

    /** The bytes, 0 where a word could not be read; not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether the word that holds the byte at {@code offset} could not be read. */
    boolean isUnreadable(int offset) {
        return unreadable.get(offset / Integer.BYTES);
    }

    private boolean tryRead(int offset, int length) {
        try {
            memory.read(start.plus(offset), bytes, offset, length);
            return true;
        } catch (MemoryException unmapped) {
            return false;
        }
    }

    /** Halves a part that cannot be read at once. A part whose first and last word are both missing is taken to be a hole. */
    private void read(int offset, int length) {
        if (tryRead(offset, length)) {
            return;
        }
        int lastWord = (length - 1) & -Integer.BYTES;
        if (lastWord == 0 || !(tryRead(offset, Integer.BYTES) || tryRead(offset + lastWord, length - lastWord))) {
            Arrays.fill(bytes, offset, offset + length, (byte) 0);
            unreadable.set(offset / Integer.BYTES, (offset + lastWord) / Integer.BYTES + 1);
            return;
        }
        int half = Math.max(Integer.BYTES, length / 2 & -Integer.BYTES);
        read(offset, half);
        read(offset + half, length - half);
    }
}
