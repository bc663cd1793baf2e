package io.modrt.bytes;

/** Words of 4 or 8 bytes in an array, zero-extended. */
public final class Pointers {

    private Pointers() {}

    /** The word at {@code index}. */
    public static long get(byte[] bytes, int index, int wordBytes, boolean bigEndian) {
        return wordBytes == Long.BYTES
                ? Bytes.getLong(bytes, index, bigEndian)
                : Integer.toUnsignedLong(Bytes.getInt(bytes, index, bigEndian));
    }

    /** Stores the low {@code wordBytes} bytes of {@code value} at {@code index}. */
    public static void put(byte[] bytes, int index, int wordBytes, boolean bigEndian, long value) {
        if (wordBytes == Long.BYTES) {
            Bytes.putLong(bytes, index, bigEndian, value);
        } else {
            Bytes.putInt(bytes, index, bigEndian, (int) value);
        }
    }
}
