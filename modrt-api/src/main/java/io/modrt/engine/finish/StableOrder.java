package io.modrt.engine.finish;

/** Sorts table entries by unsigned keys. Entries with equal keys keep their order. */
final class StableOrder {

    private StableOrder() {}

    /** The numbers 0 to {@code count} - 1 in their order. A new array. */
    static int[] identity(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        return order;
    }

    /**
     * {@code order} sorted by the keys of its entries: a bottom-up merge sort. Returns {@code order} itself if it is sorted.
     */
    static int[] by(long[] keys, int[] order) {
        if (isSorted(keys, order)) {
            return order;
        }
        int[] from = order.clone();
        int[] to = new int[order.length];
        for (int run = 1; run < order.length; run *= 2) {
            for (int start = 0; start < order.length; start += 2 * run) {
                int middle = Math.min(start + run, order.length);
                merge(keys, from, to, start, middle, Math.min(middle + run, order.length));
            }
            int[] merged = to;
            to = from;
            from = merged;
        }
        return from;
    }

    private static void merge(long[] keys, int[] from, int[] to, int start, int middle, int end) {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeRight =
                    left == middle || (right < end && Long.compareUnsigned(keys[from[right]], keys[from[left]]) < 0);
            to[i] = from[takeRight ? right++ : left++];
        }
    }

    private static boolean isSorted(long[] keys, int[] order) {
        for (int i = 1; i < order.length; i++) {
            if (Long.compareUnsigned(keys[order[i]], keys[order[i - 1]]) < 0) {
                return false;
            }
        }
        return true;
    }
}
