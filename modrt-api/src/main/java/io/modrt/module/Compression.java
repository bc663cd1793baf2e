package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.policy.LoadLimits;
import org.apiguardian.api.API;

/** How a module file is compressed, as its first bytes show. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Compression {
    /** It is not compressed. */
    NONE,
    /** {@code .gz}: 1f 8b. */
    GZIP,
    /** {@code .xz}: fd 37 7a 58 5a 00. */
    XZ,
    /** {@code .zst}: 28 b5 2f fd. */
    ZSTD;

    private static final int MAGIC_BYTES = 6;
    private static final int XZ_START = 0xfd37_7a58;
    private static final int XZ_REST = 0x5a00;
    private static final int ZSTD_MAGIC = 0x28b5_2ffd;
    private static final int GZIP_MAGIC = 0x1f8b;

    /**
     * What a module's file holds, decompressed if it is compressed: at most 1,024 times its size plus 64 KiB.
     *
     * @param fileName the file's name in messages; may be empty
     * @return {@code file} itself if it is not compressed
     * @throws io.modrt.error.FormatException if it is damaged, or too large, or the library for it is missing
     */
    public static byte[] unpacked(String fileName, byte[] file) {
        String where = fileName.isEmpty() ? "" : fileName + ": ";
        return Decompression.decompress(of(file), file, LoadLimits.standard(), where)
                .image();
    }

    /** The compression whose magic number {@code file} begins with. */
    static Compression of(byte[] file) {
        return of(file, 0);
    }

    /** The compression whose magic number the first {@code lengthBytes} bytes of {@code buffer} begin with. */
    static Compression ofFirst(byte[] buffer, int lengthBytes) {
        return lengthBytes < MAGIC_BYTES ? NONE : of(buffer, 0);
    }

    /** The compression whose magic number stands at offset {@code at}. */
    static Compression of(byte[] file, int at) {
        if (file.length - at < MAGIC_BYTES) {
            return NONE;
        }
        int start = Bytes.getInt(file, at, true);
        if (start >>> 16 == GZIP_MAGIC) {
            return GZIP;
        }
        if (start == ZSTD_MAGIC) {
            return ZSTD;
        }
        return start == XZ_START && Bytes.getShort(file, at + 4, true) == XZ_REST ? XZ : NONE;
    }
}
