package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Printable;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.input.FileAccess;
import io.modrt.memory.MemoryReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A file that holds memory: flat, an ELF core, or LiME. The file is read where it is asked for, and is never held in memory as a whole. Safe
 * for use by many threads until it is closed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ImageFile implements MemoryReader, Closeable {

    /** Which addresses the file's bytes have. */
    public enum Addressing {
        /** The machine's, as of a dump by an emulator or LiME. */
        PHYSICAL,
        /** The kernel's own, as in {@code /proc/kcore}. */
        VIRTUAL
    }

    /** {@code fileBytes} bytes of the file from {@code fileOffset} on lie at {@code range}; what of the range is behind them is zero. */
    record Segment(AddressRange range, long fileOffset, long fileBytes) {}

    private final Path path;
    private final FileChannel channel;
    private final Addressing addressing;
    private final String format;
    private final List<Segment> segments;

    private ImageFile(Path path, FileChannel channel, Addressing addressing, String format, List<Segment> segments) {
        this.path = path;
        this.channel = channel;
        this.addressing = addressing;
        this.format = format;
        this.segments = segments.stream()
                .sorted(Comparator.comparing(segment -> segment.range().start()))
                .toList();
    }

    /**
     * Opens a file by its first bytes: an ELF core, LiME, or else physical memory from address 0 on.
     *
     * @throws io.modrt.error.FormatException if the headers of a core or of LiME are malformed
     * @throws UncheckedIOException if it cannot be read
     */
    public static ImageFile open(Path path) {
        return open(path, channel -> {
            ImageHeaders headers = new ImageHeaders(path, channel);
            if (headers.isElf()) {
                boolean isVirtual = headers.hasVirtualAddresses();
                return new ImageFile(
                        path,
                        channel,
                        isVirtual ? Addressing.VIRTUAL : Addressing.PHYSICAL,
                        "ELF core",
                        headers.elf(isVirtual));
            }
            return headers.isLime()
                    ? new ImageFile(path, channel, Addressing.PHYSICAL, "LiME", headers.lime())
                    : flat(path, channel, Address.of(0), Addressing.PHYSICAL);
        });
    }

    /** Opens a flat file, whose first byte has the address {@code base}. */
    public static ImageFile flat(Path path, Address base, Addressing addressing) {
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(addressing, "addressing");
        return open(path, channel -> flat(path, channel, base, addressing));
    }

    private static ImageFile flat(Path path, FileChannel channel, Address base, Addressing addressing)
            throws IOException {
        long size = channel.size();
        return new ImageFile(
                path, channel, addressing, "flat", List.of(new Segment(new AddressRange(base, size), 0, size)));
    }

    /** Opens an ELF core, and takes the addresses of this kind from its program headers. */
    public static ImageFile elfCore(Path path, Addressing addressing) {
        Objects.requireNonNull(addressing, "addressing");
        return open(
                path,
                channel -> new ImageFile(
                        path,
                        channel,
                        addressing,
                        "ELF core",
                        new ImageHeaders(path, channel).elf(addressing == Addressing.VIRTUAL)));
    }

    /** Reads the headers of a file that stays open. */
    private interface Headers {
        ImageFile read(FileChannel channel) throws IOException;
    }

    private static ImageFile open(Path path, Headers headers) {
        return FileAccess.to(path, "an image of memory", () -> {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return headers.read(channel);
            } catch (IOException | RuntimeException failure) {
                channel.close();
                throw failure;
            }
        });
    }

    /** Which addresses its bytes have. */
    public Addressing addressing() {
        return addressing;
    }

    /** The ranges of addresses that it holds, ascending. Ranges of a malformed file may overlap; of such bytes the last ones count. */
    public List<AddressRange> ranges() {
        return segments.stream().map(Segment::range).toList();
    }

    /** How many bytes of memory it holds. */
    public long sizeBytes() {
        return segments.stream()
                .mapToLong(segment -> segment.range().sizeBytes())
                .sum();
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            done += readPart(from.plus(done), into, offset + done, length - done);
        }
    }

    /** Reads what one segment has of a range; the number of bytes. */
    private int readPart(Address at, byte[] into, int offset, int length) {
        Segment segment = segment(at);
        long within = at.minus(segment.range().start());
        int count = (int) Math.min(length, segment.range().sizeBytes() - within);
        long inFile = Math.max(0, Math.min(count, segment.fileBytes() - within));
        try {
            ByteBuffer buffer = ByteBuffer.wrap(into, offset, (int) inFile);
            long position = segment.fileOffset() + within;
            while (buffer.hasRemaining()) {
                int read = channel.read(buffer, position);
                if (read < 0) {
                    throw unreadable(at, "the file ends there");
                }
                position += read;
            }
        } catch (IOException failure) {
            throw new MemoryException(Refusal.of(Errno.EFAULT, "memory at " + at + ": " + failure.getMessage())
                    .because(failure));
        }
        Arrays.fill(into, offset + (int) inFile, offset + count, (byte) 0);
        return count;
    }

    private Segment segment(Address at) {
        int low = 0;
        int high = segments.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (segments.get(middle).range().start().compareTo(at) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high >= 0 && segments.get(high).range().contains(at)) {
            return segments.get(high);
        }
        throw unreadable(at, "the image has nothing there");
    }

    private MemoryException unreadable(Address at, String why) {
        Address meant = Address.of(at.value() & 0xffff_ffffL);
        boolean isWidened =
                segments.stream().anyMatch(segment -> segment.range().contains(meant));
        return new MemoryException(Refusal.of(
                Errno.EFAULT,
                path + ": memory at " + at + ": " + why + (isWidened ? Printable.widened(at.value()) : "")));
    }

    @Override
    public void close() {
        FileAccess.to(path, "an image of memory", () -> {
            channel.close();
            return path;
        });
    }

    /** For example {@code memory.raw: flat, PHYSICAL, [0x0, 0x20000000)}. */
    @Override
    public String toString() {
        List<AddressRange> some = new ArrayList<>(ranges());
        return path + ": " + format + ", " + addressing + ", " + (some.size() > 4 ? some.size() + " ranges" : some);
    }
}
