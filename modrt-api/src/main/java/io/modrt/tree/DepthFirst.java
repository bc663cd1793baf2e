package io.modrt.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;

/** Visits a graph so that a name comes behind the names that it needs. Not recursive, since a chain may be as long as there are names. */
final class DepthFirst {

    /** The most cycles that are reported: their number can be exponential in the graph's size. */
    private static final int MOST_CYCLES = 64;

    private final Map<String, NavigableSet<String>> needs;
    private final Set<String> done = new LinkedHashSet<>();
    private final List<List<String>> cycles = new ArrayList<>();

    DepthFirst(Map<String, NavigableSet<String>> needs) {
        this.needs = needs;
    }

    void visit(String start) {
        Map<String, Iterator<String>> open = new LinkedHashMap<>();
        Deque<String> path = new ArrayDeque<>();
        enter(start, open, path);
        while (!path.isEmpty()) {
            String name = path.getLast();
            Iterator<String> rest = Objects.requireNonNull(open.get(name));
            if (!rest.hasNext()) {
                path.removeLast();
                open.remove(name);
                done.add(name);
                continue;
            }
            String needed = rest.next();
            if (!open.containsKey(needed)) {
                enter(needed, open, path);
            } else if (cycles.size() < MOST_CYCLES) {
                List<String> way = new ArrayList<>(path);
                cycles.add(List.copyOf(way.subList(way.indexOf(needed), way.size())));
            }
        }
    }

    private void enter(String name, Map<String, Iterator<String>> open, Deque<String> path) {
        if (!done.contains(name)) {
            NavigableSet<String> needed = needs.get(name);
            open.put(name, needed == null ? Collections.emptyIterator() : needed.iterator());
            path.addLast(name);
        }
    }

    /** The names visited so far, each behind those that it needs. */
    Collection<String> done() {
        return done;
    }

    /** The cycles that were found, each with its names in order. */
    List<List<String>> cycles() {
        return cycles;
    }
}
