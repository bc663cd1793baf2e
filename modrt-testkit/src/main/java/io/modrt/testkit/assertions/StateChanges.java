package io.modrt.testkit.assertions;

import io.modrt.testkit.FakeKernel.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What differs between two states of a kernel, a line each. */
final class StateChanges {
    private static final int PAGE_BITS = 12;

    private StateChanges() {}

    static List<String> between(State before, State after) {
        List<String> changes = new ArrayList<>();
        Set<Long> pages = new TreeSet<>(Long::compareUnsigned);
        pages.addAll(before.memory().keySet());
        pages.addAll(after.memory().keySet());
        for (long page : pages) {
            String old = before.memory().getOrDefault(page, "");
            String now = after.memory().getOrDefault(page, "");
            if (!old.equals(now)) {
                changes.add("memory changed in the page at " + Texts.number(page << PAGE_BITS));
            }
        }
        lists("reserved", before.reserved(), after.reserved(), changes);
        lists("modules", before.modules(), after.modules(), changes);
        lists("exports", before.exports(), after.exports(), changes);
        return changes;
    }

    private static void lists(String what, List<?> before, List<?> after, List<String> changes) {
        Set<Object> old = new HashSet<>(before);
        Set<Object> now = new HashSet<>(after);
        after.stream().filter(one -> !old.contains(one)).forEach(one -> changes.add(what + ": now also " + one));
        before.stream().filter(one -> !now.contains(one)).forEach(one -> changes.add(what + ": no longer " + one));
    }
}
