package io.modrt.parisc;

import java.util.Arrays;

/** Distinct addresses, numbered in the order of first use. */
final class FirstUses {
    private static final int NOT_USED = 0;
    private static final long MOST_EXPECTED = 1 << 13;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L; // 2^64 divided by the golden ratio

    private long[] addresses;
    /** By hash: the number of an address plus 1, or {@link #NOT_USED}. At most half of them are in use. */
    private int[] numbers;

    private int count;

    /** None yet. Room for {@code expected} is made at once, and for more when there are more. */
    FirstUses(long expected) {
        addresses = new long[2 * Integer.highestOneBit((int) Math.min(expected, MOST_EXPECTED) | 1)];
        numbers = new int[2 * addresses.length];
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** The address with this number. */
    long address(int number) {
        return addresses[number];
    }

    /** The number of an address, which is new if this is its first use. */
    int number(long address) {
        int at = find(address);
        if (numbers[at] == NOT_USED) {
            if (count == addresses.length) {
                grow();
                at = find(address);
            }
            addresses[count++] = address;
            numbers[at] = count;
        }
        return numbers[at] - 1;
    }

    private int find(long address) {
        int mask = numbers.length - 1;
        int at = (int) (address * MIX >>> Integer.SIZE) & mask;
        while (numbers[at] != NOT_USED && addresses[numbers[at] - 1] != address) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        addresses = Arrays.copyOf(addresses, 2 * count);
        numbers = new int[4 * count];
        for (int i = 0; i < count; i++) {
            numbers[find(addresses[i])] = i + 1;
        }
    }
}
