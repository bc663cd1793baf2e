package io.modrt.engine.finish;

/**
 * Sorts table entries by unsigned keys with a binary heap, which is what the kernel's {@code sort} did until 5.1. It is not stable: where
 * entries with equal keys end up depends on each step, so these are taken in the kernel's order.
 */
final class HeapOrder {
    private final long[] keys;
    private final int[] heap;

    private HeapOrder(long[] keys) {
        this.keys = keys;
        this.heap = StableOrder.identity(keys.length);
    }

    /** The numbers of the entries in the order of their keys. A new array. */
    static int[] by(long[] keys) {
        HeapOrder order = new HeapOrder(keys);
        for (int parent = keys.length / 2 - 1; parent >= 0; parent--) {
            order.sink(parent, keys.length);
        }
        for (int last = keys.length - 1; last > 0; last--) {
            order.swap(0, last);
            order.sink(0, last);
        }
        return order.heap;
    }

    /** Moves an entry down until no child is greater; of two equal children the first is taken. */
    private void sink(int entry, int size) {
        int parent = entry;
        while (2 * parent + 1 < size) {
            int child = 2 * parent + 1;
            if (child + 1 < size && compare(child, child + 1) < 0) {
                child++;
            }
            if (compare(parent, child) >= 0) {
                return;
            }
            swap(parent, child);
            parent = child;
        }
    }

    private int compare(int left, int right) {
        return Long.compareUnsigned(keys[heap[left]], keys[heap[right]]);
    }

    private void swap(int left, int right) {
        int entry = heap[left];
        heap[left] = heap[right];
        heap[right] = entry;
    }
}
