package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Decompresses module files. Memory grows with the output, which is limited to 1,024 times the file's size plus 64 KiB, and to the size of
 * an array. The libraries for xz and zstd are optional; each is used from one class alone.
 */
final class Decompression {
    private static final int MOST_TIMES = 1024;
    private static final int FREE_BYTES = 64 << 10;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    private Decompression() {}

    /**
     * The contents of {@code file}; the array itself if it is not compressed.
     *
     * @param where the start of a message
     * @throws FormatException if it is damaged, or too large, or the library for it is missing
     */
    static byte[] decompress(Compression compression, byte[] file, String where) {
        if (compression == Compression.NONE) {
            return file;
        }
        long most = Math.min((long) file.length * MOST_TIMES + FREE_BYTES, MOST_BYTES);
        try (InputStream in = open(compression, new ByteArrayInputStream(file))) {
            return readAll(in, file.length, most, where + compression);
        } catch (NoClassDefFoundError e) {
            throw new FormatException(Refusal.of(
                            Errno.EOPNOTSUPP,
                            where + compression + " needs a library: add " + artifact(compression)
                                    + " to the class path or module path")
                    .because(e));
        } catch (IOException e) {
            throw new FormatException(Refusal.of(Errno.EINVAL, where + compression + " data is damaged: " + reason(e))
                    .because(e));
        }
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

    private static InputStream open(Compression compression, InputStream in) throws IOException {
        return switch (compression) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in);
            case XZ -> XzStream.open(in);
            case ZSTD -> ZstdStream.open(in);
        };
    }

    private static String artifact(Compression compression) {
        return compression == Compression.XZ ? XzStream.ARTIFACT : ZstdStream.ARTIFACT;
    }

    private static byte[] readAll(InputStream in, int compressedBytes, long most, String where) throws IOException {
        byte[] out = new byte[(int) Math.min(most, Math.max(4096L, 4L * compressedBytes))];
        int length = 0;
        while (true) {
            int n = in.read(out, length, out.length - length);
            if (n < 0) {
                return length == out.length ? out : Arrays.copyOf(out, length);
            }
            length += n;
            if (length == out.length) {
                if (length == most) {
                    if (in.read() < 0) {
                        return out;
                    }
                    throw new FormatException(Refusal.beyondKernel(
                            where + " data of " + compressedBytes + " bytes grows past " + most + " bytes"));
                }
                out = Arrays.copyOf(out, (int) Math.min(most, 2L * length));
            }
        }
    }
}
