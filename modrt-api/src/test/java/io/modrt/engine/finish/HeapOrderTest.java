package io.modrt.engine.finish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** The orders of equal keys are those of jump tables in the memory of a live 4.9 kernel. */
class HeapOrderTest {

    @Test
    void ofEqualKeysTheFirstEntryComesLast() {
        assertArrayEquals(new int[] {1, 2, 3, 0}, HeapOrder.by(new long[] {7, 7, 7, 7}));
        assertArrayEquals(new int[] {1, 2, 0}, HeapOrder.by(new long[] {7, 7, 7}));
    }

    @Test
    void keysAreSortedUnsigned() {
        assertArrayEquals(new int[] {1, 3, 0, 2}, HeapOrder.by(new long[] {5, 1, -1, 3}));
        assertArrayEquals(new int[0], HeapOrder.by(new long[0]));
    }
}
