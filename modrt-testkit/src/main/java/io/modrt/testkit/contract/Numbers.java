package io.modrt.testkit.contract;

import java.nio.ByteOrder;

/** Numbers in byte arrays, read and written without the code under test. */
final class Numbers {
    private Numbers() {}

    /** The number of {@code sizeBytes} bytes from {@code at} on, zero-extended. */
    static long get(byte[] bytes, int at, int sizeBytes, ByteOrder order) {
        long number = 0;
        for (int i = 0; i < sizeBytes; i++) {
            number |= (bytes[at + i] & 0xffL) << shift(i, sizeBytes, order);
        }
        return number;
    }

    /** Stores the low {@code sizeBytes} bytes of {@code number} from {@code at} on. */
    static void put(byte[] bytes, int at, int sizeBytes, ByteOrder order, long number) {
        for (int i = 0; i < sizeBytes; i++) {
            bytes[at + i] = (byte) (number >> shift(i, sizeBytes, order));
        }
    }

    private static int shift(int i, int sizeBytes, ByteOrder order) {
        return Byte.SIZE * (order == ByteOrder.BIG_ENDIAN ? sizeBytes - 1 - i : i);
    }
}
