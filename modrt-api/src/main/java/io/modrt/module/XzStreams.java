package io.modrt.module;

import io.modrt.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.SingleXZInputStream;

/** The streams of an xz file. The only class that uses the optional library org.tukaani:xz. */
final class XzStreams {
    /** The artifact to add if the library is missing. */
    static final String ARTIFACT = "org.tukaani:xz";

    /** Room for a dictionary of 64 MiB, the largest that {@code xz -9} uses. */
    private static final int MOST_KIB = 68 << 10;

    /** Room for a dictionary of 8 MiB, the usual one. */
    private static final int LEAST_KIB = 9 << 10;

    private static final int KIB = 1 << 10;
    private static final int PADDING_BYTES = 4;

    private XzStreams() {}

    /** The contents of all streams, as kmod reads them. Padding between them is zeros, four by four; other bytes behind a stream are left out. */
    static Unpacked unpack(byte[] file, GrowingBytes out, int mostBytes) throws IOException {
        int mostKib = Math.min(MOST_KIB, Math.max(LEAST_KIB, mostBytes / KIB));
        ArrayCache cache = new BasicArrayCache(); // why: else each block of a file of many would allocate a dictionary
        int firstBytes = -1;
        int next = 0;
        while (Compression.of(file, next) == Compression.XZ) {
            ByteArrayInputStream in = new ByteArrayInputStream(file, next, file.length - next);
            try (SingleXZInputStream stream = new SingleXZInputStream(in, mostKib, true, cache)) {
                out.readAll(stream);
            }
            firstBytes = firstBytes < 0 ? out.length() : firstBytes;
            next = skipPadding(file, file.length - in.available()); // why: no byte behind a stream is read
        }
        return new Unpacked(out.toArray(), firstBytes, file.length - next);
    }

    /** The contents of the first stream, whatever follows it. */
    static byte[] first(byte[] file, GrowingBytes out) throws IOException {
        try (SingleXZInputStream stream = new SingleXZInputStream(new ByteArrayInputStream(file), MOST_KIB)) {
            out.readAll(stream);
        }
        return out.toArray();
    }

    private static int skipPadding(byte[] file, int from) {
        int at = from;
        while (at + PADDING_BYTES <= file.length && Bytes.getInt(file, at, true) == 0) {
            at += PADDING_BYTES;
        }
        return at;
    }
}
