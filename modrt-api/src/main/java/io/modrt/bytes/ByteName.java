package io.modrt.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A name as a file's string table has it, so that a lookup makes no String. Two are equal if their texts are, read as UTF-8.
 *
 * <p>One that is moved along a string table must not be kept, or shared between threads, while it moves.
 */
public final class ByteName {
    private static final byte[] NOTHING = {};
    private static final long NOT_ASCII = 0x8080808080808080L;

    /** Differs in each process, so that nobody can write a file whose names have one hash. */
    private static final long SECRET = ThreadLocalRandom.current().nextLong() | 1;

    private byte[] bytes = NOTHING;
    private int start;
    private int length;
    private int hash;

    /** A name that is empty until it is moved. */
    public ByteName() {}

    /** The name {@code text}. */
    public static ByteName of(String text) {
        ByteName name = new ByteName();
        name.set(text.getBytes(StandardCharsets.UTF_8));
        return name;
    }

    private void set(byte[] name) {
        bytes = name;
        start = 0;
        length = name.length;
        long mixed = SECRET;
        int at = 0;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            mixed = mix(mixed ^ Bytes.getLong(bytes, at, false));
        }
        hash = folded(mix(mixed ^ rest(bytes, at, length)));
    }

    /**
     * Becomes the name in {@code bytes} from {@code start} up to the next NUL, of which the caller has made sure that there is one. The array is
     * not copied.
     *
     * @return this
     */
    public ByteName moveTo(byte[] bytes, int start) {
        this.bytes = bytes;
        this.start = start;
        long mixed = SECRET;
        long any = 0;
        int at = start;
        // why: the end is looked for and the hash made in one pass, eight bytes at a time
        while (at <= bytes.length - Long.BYTES) {
            long eight = Bytes.getLong(bytes, at, false);
            if (Nul.first(eight) != 0) {
                break;
            }
            any |= eight;
            mixed = mix(mixed ^ eight);
            at += Long.BYTES;
        }
        int end = at + Nul.distance(bytes, at);
        long rest = rest(bytes, at, end);
        length = end - start;
        hash = folded(mix(mixed ^ rest));
        if (((any | rest) & NOT_ASCII) != 0) { // why: bytes that are not UTF-8 are all read as one character
            set(text().getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** The fewer than eight bytes in {@code bytes[at, end)}. */
    private static long rest(byte[] bytes, int at, int end) {
        if (at <= bytes.length - Long.BYTES) {
            return Bytes.getLong(bytes, at, false) & ~(-1L << (end - at) * Byte.SIZE);
        }
        long rest = 0;
        for (int i = end - 1; i >= at; i--) {
            rest = rest << Byte.SIZE | bytes[i] & 0xff;
        }
        return rest;
    }

    private static int folded(long mixed) {
        return (int) (mixed ^ mixed >>> Integer.SIZE);
    }

    /** Both halves of a product of 128 bits, which nobody can foretell without the secret. */
    private static long mix(long mixed) {
        return mixed * SECRET ^ Math.multiplyHigh(mixed, SECRET);
    }

    /** The array that has its bytes, not a copy. */
    public byte[] array() {
        return bytes;
    }

    /** Where it starts in {@link #array}. */
    public int start() {
        return start;
    }

    /** The number of its bytes. */
    public int length() {
        return length;
    }

    /** The name as text; a new String. */
    public String text() {
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteName name
                && name.hash == hash
                && Arrays.equals(bytes, start, start + length, name.bytes, name.start, name.start + name.length);
    }

    /** The same for equal names in one process, and another in the next. */
    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text();
    }
}
