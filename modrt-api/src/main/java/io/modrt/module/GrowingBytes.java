package io.modrt.module;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** An array that grows with what is read into it, up to a limit. */
final class GrowingBytes {
    private final int most;
    private byte[] bytes;
    private int length;

    /**
     * An empty array.
     *
     * @param likely how many bytes will probably be read
     */
    GrowingBytes(long likely, int most) {
        this.most = most;
        this.bytes = new byte[(int) Math.min(most, Math.max(4096, likely))];
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
            if (length == bytes.length) {
                if (length == most) {
                    if (in.read() < 0) {
                        return;
                    }
                    throw new TooLongException();
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(most, 2L * length));
            }
            int n = in.read(bytes, length, bytes.length - length);
            if (n < 0) {
                return;
            }
            length += n;
        }
    }

    byte[] toArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
