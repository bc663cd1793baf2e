package io.modrt.tree;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;

/** A load order of some modules with what they need, and the cycles of needs that break it. */
final class LoadOrder {

    private final NavigableMap<String, NavigableSet<String>> needs;
    private final SoftDependencies soft;
    /** For each module that was met, what must come before it. */
    private final Map<String, NavigableSet<String>> before = new HashMap<>();

    private final List<String> names;
    private final List<List<String>> cycles;

    LoadOrder(NavigableMap<String, NavigableSet<String>> needs, SoftDependencies soft, Collection<String> wanted) {
        this.needs = needs;
        this.soft = soft;
        DepthFirst hard = new DepthFirst(needs);
        DepthFirst walk = new DepthFirst(before);
        for (String name : new TreeSet<>(wanted)) {
            hard.visit(name);
            collect(name);
            walk.visit(name);
        }
        this.cycles = List.copyOf(hard.cycles());
        List<String> placed = new ArrayList<>(walk.done());
        for (int i = 0; i < placed.size(); i++) {
            for (String after : soft.after(placed.get(i))) {
                if (needs.containsKey(after)) {
                    collect(after);
                    walk.visit(after);
                }
            }
            if (walk.done().size() > placed.size()) {
                walk.done().stream().skip(placed.size()).forEach(placed::add);
            }
        }
        this.names = List.copyOf(placed);
    }

    /** Collects for {@code start}, and all that comes before it, what must come before: a soft dependency never turns a hard one around. */
    private void collect(String start) {
        List<String> open = new ArrayList<>(List.of(start));
        while (!open.isEmpty()) {
            String name = open.remove(open.size() - 1);
            if (!before.containsKey(name)) {
                NavigableSet<String> all = new TreeSet<>(needs.getOrDefault(name, new TreeSet<>()));
                for (String wanted : soft.before(name)) {
                    if (needs.containsKey(wanted) && !reaches(wanted, name)) {
                        all.add(wanted);
                    }
                }
                before.put(name, all);
                open.addAll(all);
            }
        }
    }

    /** Whether {@code from} needs {@code goal}, directly or through others. */
    private boolean reaches(String from, String goal) {
        DepthFirst walk = new DepthFirst(needs);
        walk.visit(from);
        return walk.done().contains(goal);
    }

    /** What comes before {@code name}, which is among the names. */
    Collection<String> before(String name) {
        return Objects.requireNonNull(before.get(name));
    }

    /** The names in order. */
    List<String> names() {
        return names;
    }

    /** The cycles of needs that were met, each with its modules in order. */
    List<List<String>> cycles() {
        return cycles;
    }
}
