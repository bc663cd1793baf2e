package io.modrt.module;

import java.io.IOException;
import java.util.Arrays;
import org.apiguardian.api.API;

/** A kernel's file as it lies in {@code /boot}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelFile {
    private static final int MOST_BYTES = 512 << 20;
    private static final int MOST_STREAMS = 256;
    private static final int GZIP_DEFLATE = 8;

    private KernelFile() {}

    /**
     * The kernel in a {@code vmlinuz} that unpacks itself: what the first gzip, xz or zstd stream in it holds that has more bytes than the
     * file. If there is none, the kernel is not compressed, or in a way that is not known here, and {@code file} itself is returned.
     *
     * @throws io.modrt.error.FormatException if a library for the compression is missing
     */
    public static byte[] unpack(byte[] file) {
        int left = MOST_BYTES;
        int tried = 0;
        for (int at = 0; at < file.length && tried < MOST_STREAMS && left > 0; at++) {
            Compression compression = isMagic(file[at]) ? Compression.of(file, at) : Compression.NONE;
            boolean isDeflate = compression != Compression.GZIP || file[at + 2] == GZIP_DEFLATE;
            if (compression != Compression.NONE && isDeflate) {
                tried++;
                byte[] contents = contents(compression, Arrays.copyOfRange(file, at, file.length), left);
                if (contents.length > file.length) {
                    return contents;
                }
                left -= contents.length;
            }
        }
        return file;
    }

    private static boolean isMagic(byte first) {
        return first == 0x1f || first == (byte) 0xfd || first == 0x28;
    }

    /** The contents of the stream that {@code bytes} begin with; none if they only look like one. */
    private static byte[] contents(Compression compression, byte[] bytes, int most) {
        try {
            return Decompression.first(compression, bytes, most);
        } catch (IOException other) {
            return new byte[0]; // why: the magic numbers of two to six bytes occur by chance
        }
    }
}
