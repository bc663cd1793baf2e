package io.modrt.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** A random choice that is the same in every run on every machine. */
final class Draw {
    /** Takes the seed of a {@link java.util.Random}, whose algorithm the Java documentation fixes. */
    static final long SEED = 20081229;

    private Draw() {}

    /** Draws {@code count} elements of {@code from}, or all if there are no more, in the order of {@code from}. */
    static <T> List<T> of(List<T> from, int count) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            indices.add(i);
        }
        Collections.shuffle(indices, new Random(SEED));
        return indices.stream().limit(count).sorted().map(from::get).toList();
    }
}
