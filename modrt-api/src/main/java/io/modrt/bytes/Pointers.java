package io.modrt.bytes;

/** Reads and writes the target's {@code long}s, of 4 or 8 bytes, in a byte array. Reads zero-extend. */
public final class Pointers {

    private Pointers() {}

    /** The word that starts {@code index} bytes into the array. */
    public static long get(byte[] bytes, int index, int wordBytes, boolean bigEndian) {
        return wordBytes == Long.BYTES
                ? Bytes.getLong(bytes, index, bigEndian)
                : Integer.toUnsignedLong(Bytes.getInt(bytes, index, bigEndian));
    }

    /** Stores the low {@code wordBytes} bytes of {@code value}, from {@code index} bytes into the array on. */
    public static void put(byte[] bytes, int index, int wordBytes, boolean bigEndian, long value) {
        if (wordBytes == Long.BYTES) {
            Bytes.putLong(bytes, index, bigEndian, value);
        } else {
            Bytes.putInt(bytes, index, bigEndian, (int) value);
        }
    }
}
