package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawTest {

    /**
     * The numbers were worked out apart from Java: the generator of {@link java.util.Random} (x' = 0x5deece66d x + 11 mod 2^48, upper 31 bits,
     * rejection) and the shuffle from the end on, as their documentation has them, give 0, 7, 5 as the first three of ten.
     */
    @Test
    void theSameModulesAreDrawnOnEveryMachine() {
        assertEquals(List.of(0, 5, 7), Draw.of(IntStream.range(0, 10).boxed().toList(), 3));
        assertEquals(
                List.of(275, 810, 1207, 1290, 2545),
                Draw.of(IntStream.range(0, 3042).boxed().toList(), 5));
    }

    @Test
    void aSmallTreeIsDrawnWhole() {
        assertEquals(List.of("a", "b"), Draw.of(List.of("a", "b"), 50));
    }
}
