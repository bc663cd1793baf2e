package io.modrt.testkit;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Writes a static executable with given bytes at given addresses, so that a user-mode emulator can run code that was laid out and
 * relocated elsewhere: a module's regions, what they call, and a routine to start with. All of it is readable, writable and
 * executable, as a kernel's module memory is on machines without memory protection.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ElfImageWriter {
    private static final int ET_EXEC = 2;
    private static final int PT_LOAD = 1;
    private static final int READ_WRITE_EXECUTE = 7;
    private static final int PAGE_BYTES = 0x1000;

    private static final class Segment {
        private final AddressRange range;
        private final byte[] bytes;

        Segment(AddressRange range, byte[] bytes) {
            this.range = range;
            this.bytes = bytes;
        }
    }

    private final ElfTarget target;
    private final List<Segment> segments = new ArrayList<>();
    private Address entry = Address.of(0);

    private ElfImageWriter(ElfTarget target) {
        this.target = target;
    }

    /** Starts an executable for {@code target}. */
    public static ElfImageWriter of(ElfTarget target) {
        return new ElfImageWriter(target);
    }

    /**
     * Puts {@code bytes}, which are copied, at {@code address}.
     *
     * @throws IllegalArgumentException where they share a page with an earlier segment: one mapping would hide the other
     */
    public ElfImageWriter segment(Address address, byte[] bytes) {
        AddressRange range = new AddressRange(address, bytes.length);
        AddressRange pages = pages(range);
        for (Segment other : segments) {
            if (pages(other.range).overlaps(pages)) {
                throw new IllegalArgumentException("segments " + other.range + " and " + range + " share a page");
            }
        }
        segments.add(new Segment(range, bytes.clone()));
        return this;
    }

    /** Puts words at {@code address}. */
    public ElfImageWriter code(Address address, int... words) {
        return segment(address, target.encoding().words(words));
    }

    /** Sets where execution starts. */
    public ElfImageWriter entry(Address start) {
        entry = start;
        return this;
    }

    /** The executable, a new array. */
    public byte[] build() {
        ElfEncoding to = target.encoding();
        int headerBytes = ElfRecord.HEADER.bytes(to);
        int segmentBytes = ElfRecord.SEGMENT.bytes(to);
        long[] offsets = new long[segments.size()];
        long end = headerBytes + (long) segments.size() * segmentBytes;
        for (int i = 0; i < offsets.length; i++) {
            Segment segment = segments.get(i);
            // why: a mapping starts at a page, so position and address agree in the bits below.
            offsets[i] =
                    ElfLayout.aligned(end, PAGE_BYTES) + (segment.range.start().value() & PAGE_BYTES - 1);
            end = offsets[i] + segment.bytes.length;
        }
        byte[] file = new byte[Math.toIntExact(end)];
        ElfLayout.writeHeader(file, target, ET_EXEC);
        to.put(file, 0, ElfField.E_ENTRY, entry.value());
        to.put(file, 0, ElfField.E_PHOFF, headerBytes);
        to.put(file, 0, ElfField.E_PHENTSIZE, segmentBytes);
        to.put(file, 0, ElfField.E_PHNUM, segments.size());
        for (int i = 0; i < offsets.length; i++) {
            byte[] bytes = segments.get(i).bytes;
            System.arraycopy(bytes, 0, file, (int) offsets[i], bytes.length);
            writeHeader(file, headerBytes + i * segmentBytes, segments.get(i), offsets[i]);
        }
        return file;
    }

    private void writeHeader(byte[] file, int at, Segment segment, long fileOffset) {
        ElfEncoding to = target.encoding();
        to.put(file, at, ElfField.P_TYPE, PT_LOAD);
        to.put(file, at, ElfField.P_FLAGS, READ_WRITE_EXECUTE);
        to.put(file, at, ElfField.P_OFFSET, fileOffset);
        to.put(file, at, ElfField.P_VADDR, segment.range.start().value());
        to.put(file, at, ElfField.P_PADDR, segment.range.start().value());
        to.put(file, at, ElfField.P_FILESZ, segment.bytes.length);
        to.put(file, at, ElfField.P_MEMSZ, segment.bytes.length);
        to.put(file, at, ElfField.P_ALIGN, PAGE_BYTES);
    }

    private static AddressRange pages(AddressRange range) {
        long start = range.start().value() & -PAGE_BYTES;
        return new AddressRange(Address.of(start), ElfLayout.aligned(range.end().value() - start, PAGE_BYTES));
    }
}
