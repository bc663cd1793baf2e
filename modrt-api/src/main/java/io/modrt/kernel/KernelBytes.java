package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A kernel's bytes by address. They are parts of one array, and each part is at some address in the kernel. */
final class KernelBytes {

    /** Longer than any name that a kernel has room for. */
    private static final int LONGEST_NAME = 1024;

    static final int NOWHERE = -1;

    /** {@code sizeBytes} bytes at {@code offset} of the array that are at {@code address} in the kernel. */
    record Part(long address, int offset, int sizeBytes) {

        /** The address of the byte at an offset of the array that lies in this part. */
        long addressOf(int arrayOffset) {
            return address + (arrayOffset - offset);
        }
    }

    private final byte[] bytes;
    /** How many parts in front of an address are looked at; the linker lets no two parts overlap. */
    private static final int MOST_OVERLAPS = 8;

    private final List<Part> parts;
    private final Part[] byAddress;
    private final int wordBytes;
    private final boolean bigEndian;

    KernelBytes(byte[] bytes, List<Part> parts, int wordBytes, boolean bigEndian) {
        this.bytes = bytes;
        this.parts = parts;
        this.byAddress = parts.toArray(Part[]::new);
        Arrays.sort(byAddress, Comparator.comparing(Part::address, Long::compareUnsigned));
        this.wordBytes = wordBytes;
        this.bigEndian = bigEndian;
    }

    static KernelBytes of(byte[] image, Address base, int wordBytes, boolean bigEndian) {
        if (wordBytes != Integer.BYTES && wordBytes != Long.BYTES) {
            throw new IllegalArgumentException("no kernel has pointers of " + wordBytes + " bytes");
        }
        return new KernelBytes(image, List.of(new Part(base.value(), 0, image.length)), wordBytes, bigEndian);
    }

    List<Part> parts() {
        return parts;
    }

    int wordBytes() {
        return wordBytes;
    }

    /** Where in the array the {@code sizeBytes} bytes from {@code address} on are, or {@link #NOWHERE}. */
    int offset(long address, int sizeBytes) {
        Part part = part(address, sizeBytes);
        return part == null ? NOWHERE : part.offset + (int) (address - part.address);
    }

    /** A part that has the {@code sizeBytes} bytes from {@code address} on, or null. */
    private @Nullable Part part(long address, int sizeBytes) {
        int start = 0;
        int end = byAddress.length;
        while (start < end) {
            int middle = (start + end) >>> 1;
            if (Long.compareUnsigned(byAddress[middle].address, address) <= 0) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        for (int i = end - 1; i >= Math.max(0, end - MOST_OVERLAPS); i--) {
            long ahead = address - byAddress[i].address;
            if (ahead >= 0 && ahead <= byAddress[i].sizeBytes - (long) sizeBytes) {
                return byAddress[i];
            }
        }
        return null;
    }

    /** The pointer at an offset of the array, zero-extended. */
    long word(int offset) {
        return Pointers.get(bytes, offset, wordBytes, bigEndian);
    }

    /** The sum of an address and a distance, cut to the width of a pointer. */
    long wrap(long address) {
        return wordBytes == Long.BYTES ? address : address & 0xffff_ffffL;
    }

    /** The 32 bits at an offset of the array. */
    int half(int offset) {
        return Bytes.getInt(bytes, offset, bigEndian);
    }

    /** The string of printable characters without blanks at {@code address}, which may be empty; nothing if something else is there. */
    Optional<String> name(long address) {
        Part part = part(address, 1);
        return part == null
                ? Optional.empty()
                : name(part.offset + (int) (address - part.address), part.offset + part.sizeBytes);
    }

    private Optional<String> name(int start, int end) {
        int limit = Math.min(end, start + LONGEST_NAME);
        for (int i = start; i < limit; i++) {
            if (bytes[i] == 0) {
                return Optional.of(new String(bytes, start, i - start, StandardCharsets.US_ASCII));
            }
            if (bytes[i] <= ' ' || bytes[i] == 0x7f) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
