package io.modrt.verify;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A text for some of many numbered items. Memory is taken for stretches of 1,024 items, once one of them has a text. */
final class Labels {
    private static final int STRETCH = 1024;

    private final @Nullable String[] @Nullable [] stretches;

    Labels(int items) {
        stretches = new @Nullable String[items / STRETCH + 1][];
    }

    /** The text of an item, or null. */
    @Nullable
    String get(int item) {
        @Nullable String[] stretch = stretches[item / STRETCH];
        return stretch == null ? null : stretch[item % STRETCH];
    }

    /** Gives the items from {@code from} up to {@code end} a text. */
    void fill(int from, int end, String text) {
        for (int item = from; item < end; ) {
            int next = Math.min(end, (item / STRETCH + 1) * STRETCH);
            @Nullable String[] stretch = stretches[item / STRETCH];
            if (stretch == null) {
                stretch = new @Nullable String[STRETCH];
                stretches[item / STRETCH] = stretch;
            }
            Arrays.fill(stretch, item % STRETCH, (next - 1) % STRETCH + 1, text);
            item = next;
        }
    }
}
