package io.modrt.elf;

import io.modrt.bytes.Nul;
import java.util.function.IntUnaryOperator;

/**
 * The sections of a file by the hash of their names' first eight bytes. A module may have thousands of sections, of which the kernel looks
 * for some twenty by name; the names of most of the others begin alike and share few hashes. Immutable.
 */
final class SectionNames {
    private static final int LEAST_HASHES = 16;
    private static final int MOST_HASHES = 1 << 8;
    /** Sections of larger files are looked at one by one. */
    private static final int MOST_SECTIONS = 1 << Character.SIZE;

    private static final long NOT_ASCII = -1;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L; // 2^64 divided by the golden ratio

    private final byte[] bytes;
    private final int count;
    private final IntUnaryOperator start;
    private final int shift;
    /** For each hash its first section, and for each section the next one of its hash; 0 for none. */
    private final char[] first;

    private final char[] next;

    /**
     * The sections from 1 on.
     *
     * @param start where in {@code bytes} the name of a section starts
     */
    SectionNames(byte[] bytes, int count, IntUnaryOperator start) {
        this.bytes = bytes;
        this.count = count;
        this.start = start;
        int hashes = Math.max(LEAST_HASHES, Math.min(Integer.highestOneBit(count), MOST_HASHES));
        shift = Long.SIZE - Integer.numberOfTrailingZeros(hashes);
        first = new char[hashes];
        next = new char[count <= MOST_SECTIONS ? count : 0];
        for (int i = next.length - 1; i > 0; i--) {
            int hash = hash(i);
            next[i] = first[hash];
            first[hash] = (char) i;
        }
    }

    private int hash(int section) {
        return (int) (Nul.beginning(bytes, start.applyAsInt(section)) * MIX >>> shift);
    }

    /** The number of the first section of this name behind section {@code after}; 0 if there is none. */
    int next(String name, int after) {
        long beginning = beginning(name);
        if (beginning == NOT_ASCII || next.length < count) {
            return search(name, after);
        }
        int hash = (int) (beginning * MIX >>> shift);
        // why: of very many sections of one name, each is where the search for the next one starts
        int found = after > 0 && hash(after) == hash ? next[after] : first[hash];
        while (found != 0 && (found <= after || !isNamed(found, name))) {
            found = next[found];
        }
        return found;
    }

    private int search(String name, int after) {
        for (int i = after + 1; i < count; i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return 0;
    }

    private boolean isNamed(int section, String name) {
        return Strings.equal(bytes, start.applyAsInt(section), name);
    }

    /** The same as {@link Nul#beginning}; {@link #NOT_ASCII} if one of those bytes is, since other bytes may stand for one character. */
    private static long beginning(String name) {
        long beginning = 0;
        for (int i = Math.min(name.length(), Long.BYTES) - 1; i >= 0; i--) {
            if (name.charAt(i) >= 0x80) {
                return NOT_ASCII;
            }
            beginning = beginning << Byte.SIZE | name.charAt(i);
        }
        return beginning;
    }
}
