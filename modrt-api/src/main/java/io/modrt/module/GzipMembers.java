package io.modrt.module;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** The members of a gzip file (RFC 1952). */
final class GzipMembers {
    /** The flag of a header with the file's name. */
    static final int FILE_NAME = 0x08;

    /** Where a header has its flags. */
    static final int FLAGS = 3;

    /** Flags of header parts that only other readers skip: a checksum, extra fields, a comment. */
    static final int NOT_SKIPPED_BY_KERNEL = 0x02 | 0x04 | 0x10;

    private static final int HEADER_BYTES = 10;

    private GzipMembers() {}

    /** The contents of all members, as kmod reads them. */
    static Unpacked unpack(byte[] file, GrowingBytes out) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            out.readAll(in);
        }
        return new Unpacked(out.toArray(), firstBytes(file, out.length()), 0);
    }

    /** The contents of the first member, whatever follows it: its deflated data alone are looked at. */
    static byte[] first(byte[] file, GrowingBytes out) throws IOException {
        if ((file[FLAGS] & NOT_SKIPPED_BY_KERNEL) != 0) {
            throw new IOException("a header with parts that are not looked at here");
        }
        int start = HEADER_BYTES;
        if ((file[FLAGS] & FILE_NAME) != 0) {
            while (start < file.length && file[start] != 0) {
                start++;
            }
            start++;
        }
        if (start >= file.length) {
            throw new IOException("it ends early");
        }
        Inflater inflater = new Inflater(true);
        try (InflaterInputStream in =
                new InflaterInputStream(new ByteArrayInputStream(file, start, file.length - start), inflater)) {
            out.readAll(in);
        } finally {
            inflater.end();
        }
        return out.toArray();
    }

    /** How many bytes the first member has; all of them if its header has parts that are not looked at here. */
    private static int firstBytes(byte[] file, int all) throws IOException {
        if ((file[FLAGS] & NOT_SKIPPED_BY_KERNEL) != 0) {
            return all;
        }
        int start = HEADER_BYTES;
        if ((file[FLAGS] & FILE_NAME) != 0) {
            while (file[start] != 0) {
                start++;
            }
            start++;
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(file, start, file.length - start);
            byte[] sink = new byte[8192];
            while (!inflater.finished() && inflater.inflate(sink) > 0) {
                // the bytes are counted alone
            }
            return (int) inflater.getBytesWritten();
        } catch (DataFormatException damaged) {
            throw new IOException(damaged.getMessage(), damaged);
        } finally {
            inflater.end();
        }
    }
}
