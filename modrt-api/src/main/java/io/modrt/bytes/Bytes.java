package io.modrt.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads and writes numbers of a byte array, at any offset, in either byte order. The handles are static and final, so that the compiler
 * folds them away; a handle in an instance field costs ten times as much.
 *
 * <p>An offset outside the array is a bug of the caller and raises IndexOutOfBoundsException: callers check tables before they read them.
 */
public final class Bytes {
    private static final VarHandle SHORT_BIG = handle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LITTLE = handle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG = handle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LITTLE = handle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BIG = handle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LITTLE = handle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    private static VarHandle handle(Class<?> wordArray, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(wordArray, order);
    }

    /** The 16 bits at {@code offset}. */
    public static short getShort(byte[] bytes, int offset, boolean bigEndian) {
        return bigEndian ? (short) SHORT_BIG.get(bytes, offset) : (short) SHORT_LITTLE.get(bytes, offset);
    }

    /** The 32 bits at {@code offset}. */
    public static int getInt(byte[] bytes, int offset, boolean bigEndian) {
        return bigEndian ? (int) INT_BIG.get(bytes, offset) : (int) INT_LITTLE.get(bytes, offset);
    }

    /** The 64 bits at {@code offset}. */
    public static long getLong(byte[] bytes, int offset, boolean bigEndian) {
        return bigEndian ? (long) LONG_BIG.get(bytes, offset) : (long) LONG_LITTLE.get(bytes, offset);
    }

    /** Sets the 16 bits at {@code offset}. */
    public static void putShort(byte[] bytes, int offset, boolean bigEndian, short value) {
        if (bigEndian) {
            SHORT_BIG.set(bytes, offset, value);
        } else {
            SHORT_LITTLE.set(bytes, offset, value);
        }
    }

    /** Sets the 32 bits at {@code offset}. */
    public static void putInt(byte[] bytes, int offset, boolean bigEndian, int value) {
        if (bigEndian) {
            INT_BIG.set(bytes, offset, value);
        } else {
            INT_LITTLE.set(bytes, offset, value);
        }
    }

    /** Sets the 64 bits at {@code offset}. */
    public static void putLong(byte[] bytes, int offset, boolean bigEndian, long value) {
        if (bigEndian) {
            LONG_BIG.set(bytes, offset, value);
        } else {
            LONG_LITTLE.set(bytes, offset, value);
        }
    }

    /** The {@code sizeBytes} (1, 2, 4 or 8) bytes at {@code offset} as an unsigned number. */
    public static long get(byte[] bytes, int offset, int sizeBytes, boolean bigEndian) {
        return switch (sizeBytes) {
            case Byte.BYTES -> bytes[offset] & 0xffL;
            case Short.BYTES -> getShort(bytes, offset, bigEndian) & 0xffffL;
            case Integer.BYTES -> Integer.toUnsignedLong(getInt(bytes, offset, bigEndian));
            case Long.BYTES -> getLong(bytes, offset, bigEndian);
            default -> throw new IllegalArgumentException("no number has " + sizeBytes + " bytes");
        };
    }

    /** Stores the low {@code sizeBytes} (1, 2, 4 or 8) bytes of {@code value} at {@code offset}. */
    public static void put(byte[] bytes, int offset, int sizeBytes, boolean bigEndian, long value) {
        switch (sizeBytes) {
            case Byte.BYTES -> bytes[offset] = (byte) value;
            case Short.BYTES -> putShort(bytes, offset, bigEndian, (short) value);
            case Integer.BYTES -> putInt(bytes, offset, bigEndian, (int) value);
            case Long.BYTES -> putLong(bytes, offset, bigEndian, value);
            default -> throw new IllegalArgumentException("no number has " + sizeBytes + " bytes");
        }
    }
}
