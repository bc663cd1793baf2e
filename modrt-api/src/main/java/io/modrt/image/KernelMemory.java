package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The memory of an image by the kernel's virtual addresses. */
final class KernelMemory implements MemoryReader {
    /** Longer texts are cut. */
    private static final int LONGEST_TEXT = 4096;

    private final MemoryReader source;
    private final List<AddressRange> ranges;
    private final Optional<AddressTranslation> translation;
    private final int wordBytes;
    private final boolean isBig;

    /**
     * @param source by virtual address, or by physical address if there is a translation
     * @param ranges where it has memory
     */
    KernelMemory(
            MemoryReader source,
            List<AddressRange> ranges,
            Optional<AddressTranslation> translation,
            int wordBytes,
            boolean isBig) {
        this.source = source;
        this.ranges = ranges;
        this.translation = translation;
        this.wordBytes = wordBytes;
        this.isBig = isBig;
    }

    int wordBytes() {
        return wordBytes;
    }

    boolean isBig() {
        return isBig;
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        if (translation.isEmpty()) {
            source.read(from, into, offset, length);
            return;
        }
        int pageBytes = translation.get().pageBytes();
        int done = 0;
        while (done < length) {
            Address at = from.plus(done);
            int count = (int) Math.min(length - done, pageBytes - (at.value() & pageBytes - 1));
            OptionalLong physical = translation.get().physical(at);
            if (physical.isEmpty()) {
                throw new MemoryException(
                        Refusal.of(Errno.EFAULT, "memory at " + at + ": the kernel maps nothing there"));
            }
            source.read(Address.of(physical.getAsLong()), into, offset + done, count);
            done += count;
        }
    }

    /** The address in the source; empty if nothing is mapped there, or if the image does not have it. */
    Optional<Address> physical(Address virtual) {
        Optional<Address> found = Optional.of(virtual);
        if (translation.isPresent()) {
            OptionalLong mapped = translation.get().physical(virtual);
            found = mapped.isPresent() ? Optional.of(Address.of(mapped.getAsLong())) : Optional.empty();
        }
        return found.filter(this::isThere);
    }

    private boolean isThere(Address inSource) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).end().compareTo(inSource) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < ranges.size() && ranges.get(low).contains(inSource);
    }

    /** What of an area there is, ascending. */
    List<AddressRange> mapped(AddressRange area) {
        if (translation.isPresent()) {
            return translation.get().mapped(area);
        }
        List<AddressRange> found = new ArrayList<>();
        for (AddressRange range : ranges) {
            if (range.overlaps(area)) {
                Address start = area.contains(range.start()) ? range.start() : area.start();
                long left = Math.min(range.end().minus(start), area.end().minus(start));
                found.add(new AddressRange(start, left));
            }
        }
        return found;
    }

    /** The bytes from {@code from} on; empty if not all of them can be read. */
    Optional<byte[]> bytes(Address from, int length) {
        byte[] bytes = new byte[length];
        try {
            read(from, bytes, 0, length);
            return Optional.of(bytes);
        } catch (MemoryException unmapped) {
            return Optional.empty();
        }
    }

    /** The pointer at {@code at}; empty if it cannot be read. */
    Optional<Address> pointer(Address at) {
        return bytes(at, wordBytes).map(bytes -> Address.of(word(bytes, 0)));
    }

    /** The unsigned number of 32 bits at {@code at}; empty if it cannot be read. */
    OptionalLong number(Address at) {
        return bytes(at, Integer.BYTES)
                .map(bytes -> OptionalLong.of(Integer.toUnsignedLong(Bytes.getInt(bytes, 0, isBig))))
                .orElse(OptionalLong.empty());
    }

    /** The pointer that {@code bytes} has at {@code offset}. */
    long word(byte[] bytes, int offset) {
        return Bytes.get(bytes, offset, wordBytes, isBig) & (wordBytes == Integer.BYTES ? 0xffff_ffffL : -1L);
    }

    /** The text at {@code at} up to its NUL, with other than printable ASCII as {@code ?}; empty if there is none. */
    Optional<String> text(Address at) {
        StringBuilder text = new StringBuilder();
        for (Address next = at; text.length() < LONGEST_TEXT; next = next.plus(1)) {
            Optional<byte[]> one = bytes(next, 1);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            byte c = one.get()[0];
            if (c == 0) {
                return Optional.of(text.toString());
            }
            text.append(c >= ' ' && c < 0x7f ? new String(new byte[] {c}, StandardCharsets.US_ASCII) : "?");
        }
        return Optional.of(text.toString());
    }
}
