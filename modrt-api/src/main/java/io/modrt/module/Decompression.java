package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.policy.LoadLimits;
import java.io.EOFException;
import java.io.IOException;

/**
 * Decompresses module files. Memory grows with the output, which is limited to {@link LoadLimits#decompressedBytes}, and to 64 times the
 * file's size or, for small files, 8 MiB. The libraries for xz and zstd are optional; each is used from one class alone.
 */
final class Decompression {
    /** Modules compress to between a half and a tenth; tables of zeros, of which hostile files are made, to a thousandth or less. */
    private static final int MOST_TIMES = 64;

    private static final long USUAL_TIMES = 4;
    private static final long FREE_BYTES = 8 << 20;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    private Decompression() {}

    /**
     * What {@code file} holds; the array itself if it is not compressed.
     *
     * @param where the start of a message
     * @throws FormatException if it is damaged, or too large, or the library for it is missing
     */
    static Unpacked decompress(Compression compression, byte[] file, LoadLimits limits, String where) {
        if (compression == Compression.NONE) {
            return Unpacked.whole(file);
        }
        long relative = Math.max((long) file.length * MOST_TIMES, FREE_BYTES);
        int most = (int) Math.min(Math.min(relative, limits.decompressedBytes()), MOST_BYTES);
        try {
            return unpack(compression, file, most);
        } catch (TooLongException e) {
            throw new FormatException(
                    Refusal.beyondKernel(where + compression + " data of " + file.length + " bytes grows past " + most
                                    + " bytes" + (most < relative ? ", the limit that is set" : ""))
                            .wayOut(most < relative ? "raise LoadLimits.decompressedBytes" : "decompress it first")
                            .because(e));
        } catch (NoClassDefFoundError e) {
            throw missing(compression, where, e);
        } catch (IOException e) {
            throw new FormatException(Refusal.of(Errno.EINVAL, where + compression + " data is damaged: " + reason(e))
                    .because(e));
        }
    }

    /**
     * What the first stream of {@code file} holds, whatever follows it.
     *
     * @param most the most bytes that it may have
     * @throws FormatException if the library for it is missing
     */
    static byte[] first(Compression compression, byte[] file, int most) throws IOException {
        try {
            GrowingBytes out = new GrowingBytes(USUAL_TIMES * file.length, most);
            return switch (compression) {
                case NONE -> file;
                case GZIP -> GzipMembers.first(file, out);
                case XZ -> XzStreams.first(file, out);
                case ZSTD -> ZstdFrames.first(file, most);
            };
        } catch (NoClassDefFoundError e) {
            throw missing(compression, "", e);
        }
    }

    private static FormatException missing(Compression compression, String where, NoClassDefFoundError e) {
        return new FormatException(Refusal.of(
                        Errno.EOPNOTSUPP,
                        where + compression + " needs a library: add " + artifact(compression)
                                + " to the class path or module path")
                .because(e));
    }

    /** The message of a library's exception, or the name of its class where it has no message. */
    private static String reason(IOException damage) {
        String message = damage.getMessage();
        if (message != null && !message.isEmpty()) {
            return message;
        }
        return damage instanceof EOFException
                ? "it ends early"
                : damage.getClass().getSimpleName();
    }

    private static Unpacked unpack(Compression compression, byte[] file, int most) throws IOException {
        GrowingBytes out = new GrowingBytes(USUAL_TIMES * file.length, most);
        return switch (compression) {
            case NONE -> Unpacked.whole(file);
            case GZIP -> GzipMembers.unpack(file, out);
            case XZ -> XzStreams.unpack(file, out, most);
            case ZSTD -> ZstdFrames.unpack(file, most);
        };
    }

    private static String artifact(Compression compression) {
        return compression == Compression.XZ ? XzStreams.ARTIFACT : ZstdFrames.ARTIFACT;
    }
}
