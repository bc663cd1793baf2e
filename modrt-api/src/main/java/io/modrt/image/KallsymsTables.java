package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The names in the kernel's own symbol table, which {@code /proc/kallsyms} shows. A name is a count and as many bytes, each of which stands for
 * a piece of text. The pieces are 256 strings, where those of digits stand for themselves, and an array with the offset of each follows them;
 * that is how they are found. In front of them are the number of names, the names, and an array with the offset of every 256th name, which is
 * the proof.
 */
final class KallsymsTables {
    private static final int PIECES = 256;
    private static final int NAMES_A_MARKER = 256;
    private static final int LEAST_NAMES = 2 * NAMES_A_MARKER;
    private static final int MOST_NAMES = 1 << 22;
    private static final int MOST_IN_FRONT = 1 << 25;
    private static final int LETTERS_LOOKED_AT = 32;
    /** So many names are read in all, also at places that turn out to be others. */
    private static final int MOST_READ = 1 << 24;

    private static final int PAGE_BYTES = 4096;
    private static final byte[] DIGITS =
            "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\000".getBytes(StandardCharsets.US_ASCII);
    private static final String LETTERS = "aAbBcCdDgGiInNrRsStTuUvVwW?";

    /**
     * A name.
     *
     * @param at where its entry is
     */
    record Name(Address at, String text) {}

    private final byte[] bytes;
    private final Address base;
    private final boolean isBig;
    private final int wordBytes;
    private final String[] pieces = new String[PIECES];
    private int piecesStart;
    private int read;

    private KallsymsTables(byte[] bytes, Address base, KernelMemory memory) {
        this.bytes = bytes;
        this.base = base;
        this.isBig = memory.isBig();
        this.wordBytes = memory.wordBytes();
    }

    /** All names in the order of the table; empty if no table was found. */
    static List<Name> in(KernelMemory memory, AddressRange kernel) {
        byte[] bytes = new byte[(int) kernel.sizeBytes()];
        for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
            int from = at;
            memory.bytes(kernel.start().plus(at), Math.min(PAGE_BYTES, bytes.length - at))
                    .ifPresent(page -> System.arraycopy(page, 0, bytes, from, page.length));
        }
        return new KallsymsTables(bytes, kernel.start(), memory).names();
    }

    private List<Name> names() {
        for (int at = 0; at + DIGITS.length <= bytes.length; at++) {
            if (bytes[at] == DIGITS[0] && isThere(at) && findPieces(at)) {
                return findNames().orElse(List.of());
            }
        }
        return List.of();
    }

    private boolean isThere(int at) {
        for (int i = 0; i < DIGITS.length; i++) {
            if (bytes[at + i] != DIGITS[i]) {
                return false;
            }
        }
        return true;
    }

    /** Reads the pieces, if {@code zero} is that of the digit 0 among them. */
    private boolean findPieces(int zero) {
        int end = zero;
        for (int i = '0'; i < PIECES; i++) {
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            end++;
        }
        for (int offsets = end + 3 & -4; offsets <= end + 2 * Long.BYTES; offsets += Integer.BYTES) {
            if (offsets + 2 * PIECES <= bytes.length) {
                int start = zero - half(offsets + 2 * '0');
                if (start >= 0 && readPieces(start, offsets)) {
                    piecesStart = start;
                    return true;
                }
            }
        }
        return false;
    }

    private int half(int at) {
        int first = bytes[at] & 0xff;
        int second = bytes[at + 1] & 0xff;
        return isBig ? first << 8 | second : second << 8 | first;
    }

    private boolean readPieces(int start, int offsets) {
        int next = 0;
        for (int i = 0; i < PIECES; i++) {
            int offset = half(offsets + 2 * i);
            if (offset != next || start + offset >= bytes.length) {
                return false;
            }
            int end = start + offset;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            pieces[i] = new String(bytes, start + offset, end - start - offset, StandardCharsets.ISO_8859_1);
            next = end + 1 - start;
        }
        return true;
    }

    private Optional<List<Name>> findNames() {
        int least = Math.max(0, piecesStart - MOST_IN_FRONT);
        for (int at = piecesStart - 2 * Integer.BYTES & -Integer.BYTES; at >= least; at -= Integer.BYTES) {
            int count = Bytes.getInt(bytes, at, isBig);
            if (count >= LEAST_NAMES && count <= MOST_NAMES) {
                for (int gap = Integer.BYTES; gap <= Long.BYTES; gap += Integer.BYTES) {
                    Optional<List<Name>> names = read(at + gap, count);
                    if (names.isPresent()) {
                        return names;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<List<Name>> read(int start, int count) {
        List<Integer> markers = new ArrayList<>();
        List<Name> names = new ArrayList<>();
        int at = start;
        for (int i = 0; i < count; i++) {
            if (i % NAMES_A_MARKER == 0) {
                markers.add(at - start);
            }
            int length = bytes[at] & 0xff;
            int first = at + 1;
            if (length >= 0x80) { // why: since 6.1 longer names have a second byte of the count
                length = length & 0x7f | (bytes[first] & 0xff) << 7;
                first++;
            }
            if (length == 0 || first + length > piecesStart || ++read > MOST_READ) {
                return Optional.empty();
            }
            String text = text(first, length);
            if (text.isEmpty() || (i < LETTERS_LOOKED_AT && LETTERS.indexOf(text.charAt(0)) < 0)) {
                return Optional.empty();
            }
            names.add(new Name(base.plus(at), text.substring(1)));
            at = first + length;
        }
        return isFollowed(at, markers) ? Optional.of(names) : Optional.empty();
    }

    private String text(int first, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(pieces[bytes[first + i] & 0xff]);
        }
        return text.toString();
    }

    /** Whether the markers follow, which are words or, in old kernels, longs. */
    private boolean isFollowed(int end, List<Integer> markers) {
        for (int width = Integer.BYTES; width <= wordBytes; width += Integer.BYTES) {
            for (int at = end + Integer.BYTES - 1 & -Integer.BYTES; at <= end + Long.BYTES; at += Integer.BYTES) {
                boolean isSame = at + markers.size() * width <= bytes.length;
                for (int i = 0; isSame && i < markers.size(); i++) {
                    isSame = Bytes.get(bytes, at + i * width, width, isBig) == markers.get(i);
                }
                if (isSame) {
                    return true;
                }
            }
        }
        return false;
    }
}
