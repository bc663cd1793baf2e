package io.modrt.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Modules that others work better with: {@code modprobe} loads those named behind {@code pre:} before a module, and those behind
 * {@code post:} after it, if it finds them. Of several such lines for one module only the first counts, as in {@code modprobe}.
 */
final class SoftDependencies {

    /** What is loaded before and after one module, in order. */
    private record Around(List<String> before, List<String> after) {}

    private final Map<String, Around> byModule = new HashMap<>();

    /** Adds the words of a module's soft dependencies: {@code pre: a b post: c}. Words in front of both are ignored. */
    void add(String module, List<String> words) {
        Around around = new Around(new ArrayList<>(), new ArrayList<>());
        if (byModule.putIfAbsent(module, around) != null) {
            return;
        }
        List<String> into = new ArrayList<>();
        for (String word : words) {
            switch (word) {
                case "pre:" -> into = around.before;
                case "post:" -> into = around.after;
                default -> into.add(ModuleTree.normal(word));
            }
        }
    }

    /** Whether there is a line for the module. */
    boolean has(String module) {
        return byModule.containsKey(module);
    }

    List<String> before(String module) {
        Around around = byModule.get(module);
        return around == null ? List.of() : around.before;
    }

    List<String> after(String module) {
        Around around = byModule.get(module);
        return around == null ? List.of() : around.after;
    }
}
