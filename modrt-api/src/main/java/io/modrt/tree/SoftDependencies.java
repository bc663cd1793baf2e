package io.modrt.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Modules that others work better with: {@code modprobe} loads those named behind {@code pre:} before a module, and those behind
 * {@code post:} after it, if it finds them. Immutable once a graph has it.
 */
final class SoftDependencies {

    /** What is loaded before and after one module, in order. */
    private record Around(List<String> before, List<String> after) {}

    private final Map<String, Around> byModule = new LinkedHashMap<>();

    /** Adds the words of a module's soft dependencies: {@code pre: a b post: c}. Words in front of both are ignored. */
    void add(String module, List<String> words) {
        Around around = byModule.computeIfAbsent(module, name -> new Around(new ArrayList<>(), new ArrayList<>()));
        Optional<List<String>> into = Optional.empty();
        for (String word : words) {
            switch (word) {
                case "pre:" -> into = Optional.of(around.before);
                case "post:" -> into = Optional.of(around.after);
                default -> into.ifPresent(list -> list.add(ModuleTree.normal(word)));
            }
        }
    }

    List<String> before(String module) {
        return of(module, Around::before);
    }

    List<String> after(String module) {
        return of(module, Around::after);
    }

    private List<String> of(String module, Function<Around, List<String>> part) {
        Around around = byModule.get(module);
        return around == null ? List.of() : part.apply(around);
    }
}
