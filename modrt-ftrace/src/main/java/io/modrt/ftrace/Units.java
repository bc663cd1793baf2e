package io.modrt.ftrace;

import java.util.Arrays;

/** Which part of a site's code differs between two arrays of equal length, in whole units of writing. */
final class Units {

    private Units() {}

    /** The index of the first byte of the first unit that differs; the length if none does. */
    static int start(byte[] one, byte[] other, int unitBytes) {
        int first = Arrays.mismatch(one, other);
        return first < 0 ? one.length : first / unitBytes * unitBytes;
    }

    /** The index behind the last byte of the last unit that differs; 0 if none does. */
    static int end(byte[] one, byte[] other, int unitBytes) {
        int last = one.length - 1;
        while (last >= 0 && one[last] == other[last]) {
            last--;
        }
        return last < 0 ? 0 : Math.min(one.length, (last / unitBytes + 1) * unitBytes);
    }

    /** Whether the unit at {@code from} differs. */
    static boolean differ(byte[] one, byte[] other, int from, int unitBytes) {
        for (int i = from; i < from + unitBytes; i++) {
            if (one[i] != other[i]) {
                return true;
            }
        }
        return false;
    }
}
