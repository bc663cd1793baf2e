package io.modrt.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** A random choice that is the same in each run, on each machine. */
final class Draw {
    /** The seed of {@link java.util.Random}, whose numbers the Java specification fixes. */
    static final long SEED = 20081229;

    private Draw() {}

    /** {@code count} of {@code from}, or all where there are not more, in their order in {@code from}. */
    static <T> List<T> of(List<T> from, int count) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            indices.add(i);
        }
        Collections.shuffle(indices, new Random(SEED));
        return indices.stream().limit(count).sorted().map(from::get).toList();
    }
}
