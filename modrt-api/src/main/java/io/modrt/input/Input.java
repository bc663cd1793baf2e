package io.modrt.input;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.policy.LoadLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a whole file or text, unless it is larger than the limit. The size that a file system states is not relied on: /proc states 0. */
public final class Input {
    private static final int LEAST_BYTES = 8192;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;
    /** What is read at once. The JDK copies it through a buffer of this size, which the thread keeps. */
    private static final int PIECE_BYTES = 1 << 18;

    private Input() {}

    /**
     * The bytes of the file at {@code path}.
     *
     * @param expected what the file should be, with its article, for the message if it cannot be read
     * @throws UncheckedIOException if it cannot be read
     * @throws FormatException if it has more than {@link LoadLimits#fileBytes}
     */
    public static byte[] bytes(Path path, String expected, LoadLimits limits) {
        return FileAccess.to(path, expected, () -> read(path, limits));
    }

    private static byte[] read(Path path, LoadLimits limits) throws IOException {
        long most = Math.min(limits.fileBytes(), MOST_BYTES);
        long stated = Files.size(path);
        if (stated > most) {
            throw tooLarge(path.toString(), stated + " bytes", limits);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = new byte[(int) Math.max(stated, Math.min(most, LEAST_BYTES))];
            int length = 0;
            while (true) {
                length = fill(in, bytes, length);
                int next = length < bytes.length ? -1 : in.read();
                if (next < 0) {
                    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
                }
                if (length == most) {
                    throw tooLarge(path.toString(), "more than " + most + " bytes", limits);
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(most, 2L * length + LEAST_BYTES));
                bytes[length++] = (byte) next;
            }
        }
    }

    /** Reads on until {@code bytes} is full or the file ends; returns how many bytes it holds then. */
    private static int fill(InputStream in, byte[] bytes, int from) throws IOException {
        int length = from;
        while (length < bytes.length) {
            int count = in.read(bytes, length, Math.min(PIECE_BYTES, bytes.length - length));
            if (count < 0) {
                break;
            }
            length += count;
        }
        return length;
    }

    /** The text of the file at {@code path}, as Latin-1, which has a character for every byte. */
    public static String text(Path path, String expected, LoadLimits limits) {
        return new String(bytes(path, expected, limits), StandardCharsets.ISO_8859_1);
    }

    /**
     * The text that {@code reader} still has.
     *
     * @param source its name in messages
     * @throws UncheckedIOException if it cannot be read
     * @throws FormatException if it has more characters than {@link LoadLimits#fileBytes}
     */
    public static String text(String source, Reader reader, LoadLimits limits) {
        try {
            return read(source, reader, limits);
        } catch (IOException failure) {
            throw new UncheckedIOException(source + ": " + failure.getMessage(), failure);
        }
    }

    private static String read(String source, Reader reader, LoadLimits limits) throws IOException {
        long most = Math.min(limits.fileBytes(), MOST_BYTES);
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[LEAST_BYTES];
        for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            if (count > most - text.length()) {
                throw tooLarge(source, "more than " + most + " characters", limits);
            }
            text.append(buffer, 0, count);
        }
        return text.toString();
    }

    /** Refuses a file that was read by the caller, if it is larger than the limit. */
    public static void check(String name, byte[] bytes, LoadLimits limits) {
        if (bytes.length > limits.fileBytes()) {
            throw tooLarge(name.isEmpty() ? "file" : name, bytes.length + " bytes", limits);
        }
    }

    private static FormatException tooLarge(String name, String size, LoadLimits limits) {
        return new FormatException(
                Refusal.beyondKernel(name + ": " + size + ", the limit is " + limits.fileBytes() + " bytes")
                        .wayOut("raise LoadLimits.fileBytes"));
    }
}
