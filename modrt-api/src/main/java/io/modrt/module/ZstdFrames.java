package io.modrt.module;

import io.modrt.bytes.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * The frames of a zstd file, found by their headers and those of their blocks (RFC 8878) and decompressed one by one. Skippable frames are
 * left out, as the zstd tool and kmod do.
 *
 * <p>The only class that uses the optional library io.airlift:aircompressor. The library's module has no fixed name, so io.modrt.api cannot
 * require it, and the decoder is loaded by its class name. Its decoder of streams takes no window above 8 MiB; the one used here has the
 * whole frame's output in one array and needs no window.
 */
final class ZstdFrames {
    /** The artifact to add if the library is missing. */
    static final String ARTIFACT = "io.airlift:aircompressor:2.0.3";

    private static final String DECODER = "io.airlift.compress.zstd.ZstdDecompressor";

    private static final int MAGIC = 0xfd2f_b528;
    private static final int SKIPPABLE = 0x184d_2a50;
    private static final int SKIPPABLE_MASK = 0xffff_fff0;
    private static final int SINGLE_SEGMENT = 0x20;
    private static final int CHECKSUM = 0x04;
    private static final int MOST_BLOCK_BYTES = 128 << 10;
    private static final int RLE_BLOCK = 1;
    private static final int COMPRESSED_BLOCK = 2;
    private static final int USUAL_TIMES = 16;
    private static final int LEAST_ROOM = 64 << 10;

    /** The window descriptor of 8 MiB, the greatest that the library takes. */
    private static final int GREATEST_WINDOW = 13 << 3;

    private final byte[] file;
    private final int most;
    private final Object decoder;
    private final Method decode;
    private byte[] out = {};
    private int length;
    private int at;

    private ZstdFrames(byte[] file, int most) {
        this.file = file.clone();
        this.most = most;
        try {
            Class<?> type = Class.forName(DECODER, true, ZstdFrames.class.getClassLoader());
            this.decoder = type.getConstructor().newInstance();
            this.decode = type.getMethod(
                    "decompress", byte[].class, int.class, int.class, byte[].class, int.class, int.class);
        } catch (ClassNotFoundException e) {
            throw (Error) new NoClassDefFoundError(DECODER).initCause(e);
        } catch (ReflectiveOperationException e) {
            throw (Error) new NoClassDefFoundError(DECODER + " of another release").initCause(e);
        }
    }

    /**
     * The contents of all frames.
     *
     * @param most the most bytes that they may have
     * @throws NoClassDefFoundError without the library
     * @throws TooLongException if there are more
     */
    static Unpacked unpack(byte[] file, int most) throws IOException {
        return new ZstdFrames(file, most).unpack();
    }

    /** The contents of the first frame, whatever follows it. */
    static byte[] first(byte[] file, int most) throws IOException {
        ZstdFrames frames = new ZstdFrames(file, most);
        frames.skip(Integer.BYTES);
        long bound = frames.passFrame();
        frames.decode(0, frames.at, bound);
        return Arrays.copyOf(frames.out, frames.length);
    }

    private Unpacked unpack() throws IOException {
        int firstBytes = -1;
        while (at < file.length) {
            int start = at;
            int magic = word();
            if ((magic & SKIPPABLE_MASK) == SKIPPABLE) {
                skip(word());
            } else if (magic == MAGIC) {
                long bound = passFrame();
                decode(start, at - start, bound);
                firstBytes = firstBytes < 0 ? length : firstBytes;
            } else {
                throw new IOException("no frame begins at 0x" + Integer.toHexString(start));
            }
        }
        return new Unpacked(length == out.length ? out : Arrays.copyOf(out, length), firstBytes, 0);
    }

    /**
     * Passes over the frame's header and its blocks. A window above 8 MiB is made one of 8 MiB, since the library looks at the size alone.
     *
     * @return the most bytes that the frame's contents can have
     */
    private long passFrame() throws IOException {
        int descriptor = octet();
        boolean isSingle = (descriptor & SINGLE_SEGMENT) != 0;
        if (!isSingle && octet() > GREATEST_WINDOW) {
            file[at - 1] = GREATEST_WINDOW;
        }
        int dictionaryFlag = descriptor & 3;
        int sizeFlag = descriptor >>> 6;
        skip(dictionaryFlag == 3 ? Integer.BYTES : dictionaryFlag);
        skip(sizeFlag == 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag);
        long bound = 0;
        boolean isLast = false;
        while (!isLast) {
            int header = octet() | octet() << 8 | octet() << 16;
            isLast = (header & 1) != 0;
            int type = header >>> 1 & 3;
            int size = header >>> 3;
            bound += type == COMPRESSED_BLOCK ? MOST_BLOCK_BYTES : size;
            skip(type == RLE_BLOCK ? 1 : size);
        }
        if ((descriptor & CHECKSUM) != 0) {
            skip(Integer.BYTES);
        }
        return bound;
    }

    /** Appends the contents of a frame. The array for it grows as far as the contents do, since the bound may be much too high. */
    private void decode(int start, int frameBytes, long bound) throws IOException {
        int limit = (int) Math.min(bound, most - length);
        int room = (int) Math.min(limit, Math.max(LEAST_ROOM, (long) USUAL_TIMES * frameBytes));
        while (true) {
            try {
                if (out.length - length
                        < room) { // why: twice as much each time, since a file may have many small frames
                    out = Arrays.copyOf(out, (int) Math.max(length + room, Math.min(most, 2L * out.length)));
                }
                length += (int) decode.invoke(decoder, file, start, frameBytes, out, length, room);
                return;
            } catch (InvocationTargetException failed) {
                if (room == limit) {
                    Throwable cause = failed.getTargetException();
                    throw limit < bound ? new TooLongException(cause) : new IOException(cause.getMessage(), cause);
                }
                room = (int) Math.min(limit, 4L * room);
            } catch (IllegalAccessException e) {
                throw (Error) new NoClassDefFoundError(DECODER + " of another release").initCause(e);
            }
        }
    }

    private int octet() throws IOException {
        skip(1);
        return file[at - 1] & 0xff;
    }

    private int word() throws IOException {
        skip(Integer.BYTES);
        return Bytes.getInt(file, at - Integer.BYTES, false);
    }

    private void skip(int bytes) throws IOException {
        if (bytes < 0 || bytes > file.length - at) {
            throw new EOFException("it ends early");
        }
        at += bytes;
    }
}
