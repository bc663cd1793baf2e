package io.modrt.engine.parameters;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.Width;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Numbers, pointers and strings in the target's memory. */
final class Variables {
    /** The most characters of a string that are shown: a page less the line's end. */
    private static final int LONGEST_STRING = 4095;

    private static final int READ_AT_ONCE = 64;

    private final TargetMemory memory;
    private final Width width;
    private final boolean bigEndian;
    private final KernelProfile profile;

    Variables(TargetMemory memory, Width width, boolean bigEndian, KernelProfile profile) {
        this.memory = memory;
        this.width = width;
        this.bigEndian = bigEndian;
        this.profile = profile;
    }

    KernelProfile profile() {
        return profile;
    }

    int wordBytes() {
        return width.bytes();
    }

    /** The number of {@code sizeBytes} bytes at {@code from}, zero-extended. */
    long number(Address from, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        memory.read(from, bytes, 0, sizeBytes);
        long value = Bytes.get(bytes, 0, sizeBytes, bigEndian);
        return sizeBytes == Long.BYTES ? value : value & (1L << 8 * sizeBytes) - 1;
    }

    void put(Address to, int sizeBytes, long value) {
        byte[] bytes = new byte[sizeBytes];
        Bytes.put(bytes, 0, sizeBytes, bigEndian, value);
        memory.write(to, bytes, 0, sizeBytes);
    }

    Address pointer(Address from) {
        return width.address(number(from, width.bytes()));
    }

    void putString(Address to, byte[] text) {
        byte[] withEnd = new byte[text.length + 1];
        System.arraycopy(text, 0, withEnd, 0, text.length);
        memory.write(to, withEnd, 0, withEnd.length);
    }

    /** The string at {@code from}, up to its NUL or a page. */
    String string(Address from) {
        List<Byte> text = new ArrayList<>();
        byte[] part = new byte[READ_AT_ONCE];
        while (text.size() < LONGEST_STRING) {
            int length = read(from.plus(text.size()), part);
            for (int i = 0; i < length; i++) {
                if (part[i] == 0 || text.size() == LONGEST_STRING) {
                    return decoded(text);
                }
                text.add(part[i]);
            }
        }
        return decoded(text);
    }

    /** Reads as much as fits, and if that is too much, one byte. */
    private int read(Address from, byte[] into) {
        try {
            memory.read(from, into, 0, into.length);
            return into.length;
        } catch (MemoryException partly) { // why: memory may end right behind the string
            memory.read(from, into, 0, 1);
            return 1;
        }
    }

    private static String decoded(List<Byte> text) {
        byte[] bytes = new byte[text.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = text.get(i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What {@code reading} finds; empty where memory cannot be read. */
    static Optional<String> readable(java.util.function.Supplier<String> reading) {
        try {
            return Optional.of(reading.get());
        } catch (MemoryException gone) {
            return Optional.empty();
        }
    }
}
