package io.modrt.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what a source could not read. The first few remarks are kept in full and the rest only counted, since a file may have thousands. */
final class Remarks {
    private static final int MOST = 8;

    private final List<String> first = new ArrayList<>();
    private int count;

    void add(Supplier<String> remark) {
        if (count++ < MOST) {
            first.add(remark.get());
        }
    }

    List<String> list() {
        List<String> all = new ArrayList<>(first);
        if (count > MOST) {
            all.add("and " + (count - MOST) + " more of this source");
        }
        return List.copyOf(all);
    }
}
