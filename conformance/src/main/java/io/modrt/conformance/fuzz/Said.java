package io.modrt.conformance.fuzz;

import java.util.Collection;
import java.util.stream.Stream;

/** Takes texts that are made only to see whether they can be made. */
final class Said {
    private static volatile int characters;

    private Said() {}

    /** Makes the text of each of these. */
    static void of(Object... things) {
        int sum = 0;
        for (Object thing : things) {
            sum += thing.toString().length();
        }
        characters = sum;
    }

    static void of(Collection<?> things) {
        of(things.toArray());
    }

    static void of(Stream<?> things) {
        of(things.toArray());
    }

    /** How many characters the last ones had. */
    static int characters() {
        return characters;
    }
}
