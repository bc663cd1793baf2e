package io.modrt.engine.finish;

/**
 * Sorts table entries by unsigned keys as kernels before 5.3 do: by a heap sort, which leaves entries with equal keys in an order of its
 * own. Of two equal children it follows the first, and a parent that is equal to its child stays above it.
 */
final class HeapOrder {
    private final long[] keys;
    private final int[] heap;

    private HeapOrder(long[] keys) {
        this.keys = keys;
        this.heap = StableOrder.identity(keys.length);
    }

    /** The numbers of the entries in the order of their keys. */
    static int[] by(long[] keys) {
        HeapOrder order = new HeapOrder(keys);
        order.sort();
        return order.heap;
    }

    private void sort() {
        for (int root = heap.length / 2 - 1; root >= 0; root--) {
            sink(root, heap.length);
        }
        for (int end = heap.length - 1; end > 0; end--) {
            swap(0, end);
            sink(0, end);
        }
    }

    /** Lets the entry at {@code from} sink below those with greater keys, in the heap of the first {@code size} entries. */
    private void sink(int from, int size) {
        int parent = from;
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && isLess(child, child + 1)) {
                child++;
            }
            if (!isLess(parent, child)) {
                return;
            }
            swap(parent, child);
            parent = child;
        }
    }

    private boolean isLess(int one, int other) {
        return Long.compareUnsigned(keys[heap[one]], keys[heap[other]]) < 0;
    }

    private void swap(int one, int other) {
        int entry = heap[one];
        heap[one] = heap[other];
        heap[other] = entry;
    }
}
