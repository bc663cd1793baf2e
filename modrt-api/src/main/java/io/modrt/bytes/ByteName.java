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
    private static final long NOT_ASCII = 0x8080808080808080L;

    /** Differs in each process, so that nobody can write a file whose names have one hash. */
    private static final long SECRET = ThreadLocalRandom.current().nextLong() | 1;

    private byte[] bytes = {};
    private int start;
    private int length;
    private int hash;

    /** A name that is empty until it is moved. */
    public ByteName() {}

    /** The name {@code text}. */
    public static ByteName of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteName name = new ByteName();
        name.set(bytes, 0, bytes.length);
        return name;
    }

    /**
     * Becomes the name in {@code bytes[start, start + length)}. The array is not copied.
     *
     * @return this
     */
    public ByteName moveTo(byte[] bytes, int start, int length) {
        if ((set(bytes, start, length) & NOT_ASCII) != 0) {
            // why: bytes that are not UTF-8 are all read as one character
            byte[] encoded = text().getBytes(StandardCharsets.UTF_8);
            set(encoded, 0, encoded.length);
        }
        return this;
    }

    /** Takes the bytes and their hash. Returns all bits that any eight of the bytes have. */
    private long set(byte[] bytes, int start, int length) {
        this.bytes = bytes;
        this.start = start;
        this.length = length;
        int end = start + length;
        long mixed = SECRET ^ length;
        long any = 0;
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long eight = Bytes.getLong(bytes, at, false);
            any |= eight;
            mixed = mix(mixed ^ eight);
        }
        long rest = rest(bytes, at, end);
        mixed = mix(mixed ^ rest);
        hash = (int) (mixed ^ mixed >>> Integer.SIZE);
        return any | rest;
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
