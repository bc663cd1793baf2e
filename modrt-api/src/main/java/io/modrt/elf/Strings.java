package io.modrt.elf;

import io.modrt.bytes.Nul;
import java.nio.charset.StandardCharsets;

/** NUL-terminated strings in a byte array. Callers have made sure that a NUL follows. */
final class Strings {
    private Strings() {}

    /** Whether one of the strings in {@code bytes[start, start + sizeBytes)}, of which the last byte is NUL, has more than {@code most} bytes. */
    static boolean anyLonger(byte[] bytes, int start, int sizeBytes, long most) {
        int end = start + sizeBytes;
        int at = start;
        while (end - at > most + 1) {
            // why: the last NUL in reach tells of all strings before it, and most are much shorter than that
            int nul = at + (int) most;
            while (nul >= at && bytes[nul] != 0) {
                nul--;
            }
            if (nul < at) {
                return true;
            }
            at = nul + 1;
        }
        return false;
    }

    /** The string at {@code at}, as UTF-8. */
    static String decode(byte[] bytes, int at) {
        return new String(bytes, at, Nul.distance(bytes, at), StandardCharsets.UTF_8);
    }

    /** Whether the string at {@code at} is {@code other}. */
    static boolean equal(byte[] bytes, int at, String other) {
        int length = other.length();
        for (int i = 0; i < length; i++) {
            char c = other.charAt(i);
            if (c >= 0x80) {
                return decode(bytes, at).equals(other);
            }
            if (bytes[at + i] != c || c == 0) {
                return false;
            }
        }
        return bytes[at + length] == 0;
    }

    /** Whether the string at {@code at} begins with {@code prefix}, which is ASCII without NUL. */
    static boolean startsWith(byte[] bytes, int at, String prefix) {
        for (int i = 0; i < prefix.length(); i++) {
            // why: the NUL that ends a shorter string differs from the prefix, so no byte behind it is read
            if (bytes[at + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
