package io.modrt.engine;

import io.modrt.load.ModuleListener;
import java.util.ArrayList;
import java.util.List;

/** The listeners of one kernel, those of higher priority first: a notifier chain. It is changed under the kernel's lock and read without. */
final class Listeners {
    private volatile List<Ranked> ranked = List.of();

    private record Ranked(ModuleListener listener, int priority) {}

    /** The listeners, in the order in which they are called. */
    List<ModuleListener> list() {
        List<ModuleListener> listeners = new ArrayList<>();
        for (Ranked each : ranked) {
            listeners.add(each.listener());
        }
        return listeners;
    }

    /** Adds a listener behind those of its priority. */
    void add(ModuleListener listener, int priority) {
        List<Ranked> all = new ArrayList<>(ranked);
        int at = 0;
        while (at < all.size() && all.get(at).priority() >= priority) {
            at++;
        }
        all.add(at, new Ranked(listener, priority));
        ranked = List.copyOf(all);
    }

    void remove(ModuleListener listener) {
        ranked = ranked.stream()
                .filter(known -> !known.listener().equals(listener))
                .toList();
    }
}
