package io.modrt.module;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Bytes that are read piece by piece, up to a limit. Pieces are put together at the end, so that no byte is copied more than once. */
final class GrowingBytes {
    private static final int LEAST_PIECE = 4096;
    private static final int MOST_PIECE = 4 << 20;

    private final int most;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] last;
    private int lastLength;
    private int length;

    /**
     * No bytes yet.
     *
     * @param likely how many bytes will probably be read
     */
    GrowingBytes(long likely, int most) {
        this.most = most;
        this.last = new byte[(int) Math.min(most, Math.max(LEAST_PIECE, likely))];
    }

    int length() {
        return length;
    }

    /**
     * Appends what {@code in} still has.
     *
     * @throws TooLongException if that does not fit the limit
     */
    void readAll(InputStream in) throws IOException {
        while (true) {
            if (lastLength == last.length) {
                if (length == most) {
                    if (in.read() < 0) {
                        return;
                    }
                    throw new TooLongException();
                }
                full.add(last);
                last = new byte[Math.min(most - length, Math.min(MOST_PIECE, Math.max(LEAST_PIECE, length)))];
                lastLength = 0;
            }
            int n = in.read(last, lastLength, last.length - lastLength);
            if (n < 0) {
                return;
            }
            lastLength += n;
            length += n;
        }
    }

    byte[] toArray() {
        if (full.isEmpty()) {
            return length == last.length ? last : Arrays.copyOf(last, length);
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] piece : full) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        System.arraycopy(last, 0, all, at, lastLength);
        return all;
    }
}
