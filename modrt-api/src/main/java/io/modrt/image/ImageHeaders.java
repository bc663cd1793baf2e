package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.image.ImageFile.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the headers of files that hold memory. Whatever they say, not more segments are read than the file has room for. */
final class ImageHeaders {
    private static final int ELF_MAGIC = 0x7f45_4c46;
    private static final int PT_LOAD = 1;
    /** The value of {@code e_phnum} that says that the number is in the first section header. */
    private static final int PN_XNUM = 0xffff;

    private static final int ELF64_HEADER_BYTES = 64;
    private static final int LIME_MAGIC = 0x4c69_4d45;
    private static final int LIME_HEADER_BYTES = 32;
    private static final int MOST_SEGMENTS = 1 << 16;
    /** More than the program headers of {@link #MOST_SEGMENTS} segments have. */
    private static final long MOST_HEADER_BYTES = 64L << 20;

    private final Path path;
    private final FileChannel channel;
    private final long sizeBytes;
    private final byte[] head = new byte[ELF64_HEADER_BYTES];
    private final boolean isBig;
    private final boolean isWide;

    ImageHeaders(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.sizeBytes = channel.size();
        ByteBuffer buffer = ByteBuffer.wrap(head);
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
            read = channel.read(buffer, buffer.position());
        }
        this.isWide = head[4] == 2;
        this.isBig = head[5] == 2;
    }

    boolean isElf() {
        return Bytes.getInt(head, 0, true) == ELF_MAGIC;
    }

    boolean isLime() {
        return Bytes.getInt(head, 0, false) == LIME_MAGIC || Bytes.getInt(head, 0, true) == LIME_MAGIC;
    }

    /** One {@code PT_LOAD} program header. */
    private record Load(long fileOffset, long virtual, long physical, long fileBytes, long memoryBytes) {}

    /**
     * Whether the virtual addresses are the ones that tell the segments apart, as in {@code /proc/kcore}: there memory that is mapped page by
     * page has no physical address, so that it is written as 0 or as -1.
     */
    boolean hasVirtualAddresses() throws IOException {
        List<Load> loads = loads();
        long none = isWide ? -1 : 0xffff_ffffL;
        List<Load> sorted = new ArrayList<>(loads);
        sorted.sort(Comparator.comparing(load -> Address.of(load.physical)));
        boolean overlap = false;
        for (int i = 1; i < sorted.size(); i++) {
            Load before = sorted.get(i - 1);
            overlap |= Long.compareUnsigned(sorted.get(i).physical - before.physical, before.memoryBytes) < 0;
        }
        return overlap || loads.stream().anyMatch(load -> load.physical == none);
    }

    /** The segments of an ELF core at their virtual or else their physical addresses. */
    List<Segment> elf(boolean isVirtual) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (Load load : loads()) {
            long start = isVirtual ? load.virtual : load.physical;
            long fileBytes = Math.max(0, Math.min(load.fileBytes, sizeBytes - load.fileOffset));
            // why: what is not in a file that was cut off is not memory full of zeros
            long memoryBytes = fileBytes < load.fileBytes ? Math.min(fileBytes, load.memoryBytes) : load.memoryBytes;
            boolean isPlausible = memoryBytes > 0 && load.fileOffset >= 0;
            if (isPlausible && Long.compareUnsigned(start, start + memoryBytes - 1) <= 0) {
                segments.add(new Segment(new AddressRange(Address.of(start), memoryBytes), load.fileOffset, fileBytes));
            }
        }
        if (segments.isEmpty()) {
            throw malformed("the core has no PT_LOAD segment", 0);
        }
        return segments;
    }

    private List<Load> loads() throws IOException {
        if (!isElf()) {
            throw malformed("no ELF core", 0);
        }
        long table = isWide ? Bytes.getLong(head, 32, isBig) : Integer.toUnsignedLong(Bytes.getInt(head, 28, isBig));
        int entryBytes = Bytes.getShort(head, isWide ? 54 : 42, isBig) & 0xffff;
        long count = Bytes.getShort(head, isWide ? 56 : 44, isBig) & 0xffff;
        if (count == PN_XNUM) {
            long sections =
                    isWide ? Bytes.getLong(head, 40, isBig) : Integer.toUnsignedLong(Bytes.getInt(head, 32, isBig));
            count = Integer.toUnsignedLong(
                    Bytes.getInt(bytes(sections, isWide ? 64 : 40), isWide ? 44 : 28, isBig)); // sh_info
        }
        if (entryBytes < (isWide ? 56 : 32) || count > MOST_SEGMENTS) {
            throw malformed(count + " program headers of " + entryBytes + " bytes", table);
        }
        List<Load> loads = new ArrayList<>();
        byte[] entries = bytes(table, count * entryBytes);
        for (int at = 0; at < entries.length; at += entryBytes) {
            if (Bytes.getInt(entries, at, isBig) == PT_LOAD) {
                loads.add(
                        isWide
                                ? new Load(
                                        word(entries, at + 8),
                                        word(entries, at + 16),
                                        word(entries, at + 24),
                                        word(entries, at + 32),
                                        word(entries, at + 40))
                                : new Load(
                                        word(entries, at + 4),
                                        word(entries, at + 8),
                                        word(entries, at + 12),
                                        word(entries, at + 16),
                                        word(entries, at + 20)));
            }
        }
        return loads;
    }

    private long word(byte[] bytes, int at) {
        return isWide ? Bytes.getLong(bytes, at, isBig) : Integer.toUnsignedLong(Bytes.getInt(bytes, at, isBig));
    }

    /** The segments of a LiME file: a header of first and last address in front of the bytes of each, in the machine's byte order. */
    List<Segment> lime() throws IOException {
        boolean isBigLime = Bytes.getInt(head, 0, true) == LIME_MAGIC;
        List<Segment> segments = new ArrayList<>();
        long at = 0;
        while (at < sizeBytes) {
            byte[] header = bytes(at, LIME_HEADER_BYTES);
            if (Bytes.getInt(header, 0, isBigLime) != LIME_MAGIC || segments.size() == MOST_SEGMENTS) {
                throw malformed("no LiME header behind " + segments.size() + " segments", at);
            }
            long first = Bytes.getLong(header, 8, isBigLime);
            long length = Bytes.getLong(header, 16, isBigLime) - first + 1;
            at += LIME_HEADER_BYTES;
            if (length <= 0 || first < 0) {
                throw malformed("a LiME segment of " + length + " bytes at 0x" + Long.toHexString(first), at);
            }
            // why: what is not in a file that was cut off is not memory full of zeros
            long there = Math.min(length, sizeBytes - at);
            if (there > 0) {
                segments.add(new Segment(new AddressRange(Address.of(first), there), at, there));
            }
            at += there;
        }
        return segments;
    }

    private byte[] bytes(long offset, long length) throws IOException {
        if (offset < 0 || offset > sizeBytes - length || length > MOST_HEADER_BYTES) {
            throw malformed("the file ends in front of " + length + " bytes of headers", offset);
        }
        byte[] bytes = new byte[(int) length];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw malformed("the file ends", offset);
            }
        }
        return bytes;
    }

    private FormatException malformed(String what, long offset) {
        return new FormatException(
                Refusal.beyondKernel(path + ": " + what + " at 0x" + Long.toHexString(offset)), offset);
    }
}
