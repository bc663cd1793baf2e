package io.modrt.testkit;

import io.modrt.elf.ElfClass;
import java.nio.ByteOrder;
import org.apiguardian.api.API;

/**
 * Class and byte order of an ELF file, and how numbers are written in it. It reads and writes on its own, so that tests of a
 * reader do not rest on that reader.
 *
 * @param elfClass the width of the file's structures
 * @param order the order of bytes in its numbers
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ElfEncoding(ElfClass elfClass, ByteOrder order) {

    /** Whether structures are those of 64-bit files. */
    public boolean is64Bit() {
        return elfClass == ElfClass.ELF64;
    }

    /** Whether the most significant byte comes first. */
    public boolean isBigEndian() {
        return order == ByteOrder.BIG_ENDIAN;
    }

    /** Bytes of an address, which is the target's {@code long}: 4 or 8. */
    public int wordBytes() {
        return elfClass.wordBytes();
    }

    /** Bytes of {@code words}, a new array. */
    public byte[] words(int... words) {
        byte[] bytes = new byte[words.length * Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            putWord(bytes, i * Integer.BYTES, words[i]);
        }
        return bytes;
    }

    /** The 32-bit word at {@code offset}. */
    public int word(byte[] bytes, int offset) {
        return (int) get(bytes, offset, Integer.BYTES);
    }

    /** Stores a 32-bit word at {@code offset}. */
    public void putWord(byte[] bytes, int offset, int word) {
        put(bytes, offset, Integer.BYTES, word);
    }

    /** The target's {@code long} at {@code offset}, zero-extended. */
    public long pointer(byte[] bytes, int offset) {
        return get(bytes, offset, wordBytes());
    }

    /** Stores a {@code long} of the target at {@code offset}. */
    public void putPointer(byte[] bytes, int offset, long value) {
        put(bytes, offset, wordBytes(), value);
    }

    /** The {@code sizeBytes} bytes at {@code offset} as an unsigned number. */
    long number(byte[] bytes, int offset, int sizeBytes) {
        return get(bytes, offset, sizeBytes);
    }

    /** Stores the low {@code sizeBytes} bytes of {@code value} at {@code offset}. */
    void putNumber(byte[] bytes, int offset, int sizeBytes, long value) {
        put(bytes, offset, sizeBytes, value);
    }

    void put(byte[] bytes, int recordOffset, ElfField field, long value) {
        put(bytes, recordOffset + field.at(this), field.bytes(this), value);
    }

    long get(byte[] bytes, int recordOffset, ElfField field) {
        return get(bytes, recordOffset + field.at(this), field.bytes(this));
    }

    private void put(byte[] bytes, int offset, int length, long value) {
        for (int i = 0; i < length; i++) {
            bytes[offset + i] = (byte) (value >> shift(i, length));
        }
    }

    private long get(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes[offset + i] & 0xffL) << shift(i, length);
        }
        return value;
    }

    private int shift(int i, int length) {
        return Byte.SIZE * (isBigEndian() ? length - 1 - i : i);
    }
}
