package io.modrt.tree;

import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Finds modules by name or alias, and what has to be inserted for them, as {@code modprobe} does. The lists of the tree's folder are read
 * when they are first needed; what is missing is computed from the modules. Safe for use by many threads.
 *
 * <p>In names and aliases {@code -} and {@code _} mean the same, except inside the brackets of a pattern.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Modprobe {

    private final ModprobeConfig config;
    private final TreeLists lists;

    private Modprobe(ModuleTree tree, ModprobeConfig config) {
        this.config = config;
        this.lists = new TreeLists(tree);
    }

    /** Finds modules in {@code tree} by the rules of {@code config}. */
    public static Modprobe of(ModuleTree tree, ModprobeConfig config) {
        return new Modprobe(Objects.requireNonNull(tree, "tree"), Objects.requireNonNull(config, "config"));
    }

    /** A module that was found, and the pattern by which; the pattern is null for the module's own name. */
    private record Found(String module, @Nullable String alias, boolean isBuiltIn) {

        static Found named(String module) {
            return new Found(module, null, false);
        }

        static Found by(String pattern, String module) {
            return new Found(module, pattern, false);
        }
    }

    /**
     * The modules that {@code name} means, as {@code modprobe --resolve-alias} prints them: those of aliases in the configuration; or else
     * the module of this name; the module that exports the symbol, of {@code symbol:NAME}; a module for which the configuration has a command;
     * those that have a matching alias themselves; a module that is built into the kernel, or those of these with a matching alias. Empty if there are none. They need not have a file.
     *
     * @throws ModrtException if a list, or a module, is malformed
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public List<String> resolve(String name) {
        Objects.requireNonNull(name, "name");
        return find(name).stream().map(Found::module).distinct().toList();
    }

    private List<Found> find(String asked) {
        Optional<String> normal = ModprobeConfig.normal(asked);
        if (normal.isEmpty()) {
            return List.of();
        }
        String name = normal.get();
        List<Found> found = new ArrayList<>();
        config.aliases(name).forEach(alias -> found.add(Found.by(alias.pattern(), alias.module())));
        if (found.isEmpty() && lists.has(name)) {
            found.add(Found.named(name));
        }
        if (found.isEmpty() && name.startsWith("symbol:")) {
            lists.exporter(name.substring("symbol:".length())).ifPresent(module -> found.add(Found.by(name, module)));
        }
        if (found.isEmpty() && config.hasCommand(name)) {
            found.add(Found.named(name));
        }
        if (found.isEmpty()) {
            matching(name, lists.aliases(), false, found);
        }
        if (found.isEmpty() && lists.builtIn().names().contains(name)) {
            found.add(Found.named(name));
        }
        if (found.isEmpty()) {
            matching(name, lists.builtIn().aliases(), true, found);
        }
        return found;
    }

    private static void matching(String name, List<KnownAlias> aliases, boolean isBuiltIn, List<Found> found) {
        for (KnownAlias alias : aliases) {
            if (alias.matches(name)) {
                found.add(new Found(alias.module(), alias.pattern(), isBuiltIn));
            }
        }
    }

    /**
     * What has to be inserted for {@code name}, in order, as {@code modprobe --show-depends} prints it: for each module that it means, those
     * that the module needs, the soft dependencies of each before and after it, and the module; each module once. Soft dependencies that are
     * not found are passed over. Empty if {@code name} means modules without a file, or only such that are blacklisted and that an
     * alias named.
     *
     * @throws StateException with ENOENT if {@code name} means no module
     * @throws ModrtException if a list, or a module, is malformed
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public List<Insertion> insertions(String name) {
        Objects.requireNonNull(name, "name");
        List<Found> found = find(name);
        if (found.isEmpty()) {
            throw new StateException(Refusal.of(
                    Errno.ENOENT,
                    lists.tree().folder() + ": no module is named \"" + name + "\" or has such an alias"));
        }
        Plan plan = new Plan();
        for (Found module : found) {
            if (module.alias == null || !config.isBlacklisted(module.module)) {
                plan.insert(module);
            }
        }
        return List.copyOf(plan.insertions.values());
    }

    private String options(Found module) {
        return String.join(" ", config.options(module.module, module.alias == null ? module.module : module.alias));
    }

    /** The modules around another one that are loaded if they are there; of several lines for one module only the first counts. */
    private SoftDependencies soft(String module) {
        return config.softDependencies().has(module) ? config.softDependencies() : lists.softDependencies(module);
    }

    /** A walk in depth, with a stack of its own, since chains may be as long as there are modules. */
    private final class Plan {
        private final Map<String, Insertion> insertions = new LinkedHashMap<>();
        private final Set<Found> asked = new HashSet<>();
        private final Set<String> required = new HashSet<>();
        private final Set<String> complete = new HashSet<>();
        private final Map<String, List<Found>> wanted = new HashMap<>();
        private final Deque<Iterator<Step>> stack = new ArrayDeque<>();

        void insert(Found module) {
            required.add(module.module);
            required.addAll(lists.needs(module.module));
            stack.push(stepsOf(module).iterator());
            while (!stack.isEmpty()) {
                Iterator<Step> steps = stack.element();
                if (!steps.hasNext()) {
                    stack.pop();
                } else {
                    steps.next().run();
                }
            }
        }

        /** A module that is asked for: what it needs, then itself, each with its soft dependencies. */
        private List<Step> stepsOf(Found module) {
            if (!asked.add(module)) {
                return List.of();
            }
            List<Step> steps = new ArrayList<>();
            for (String needed : lists.needs(module.module)) {
                steps.add(() -> around(Found.named(needed)));
            }
            steps.add(() -> around(module));
            return steps;
        }

        private void around(Found module) {
            if (complete.contains(module.module)) {
                return;
            }
            SoftDependencies soft = soft(module.module);
            List<Step> steps = new ArrayList<>();
            for (String name : soft.before(module.module)) {
                steps.add(() -> stack.push(allOf(name).iterator()));
            }
            steps.add(() -> place(module, soft));
            for (String name : soft.after(module.module)) {
                steps.add(() -> stack.push(allOf(name).iterator()));
            }
            steps.add(() -> complete.add(module.module));
            stack.push(steps.iterator());
        }

        /** Appends the module itself, unless it is there already or has no file. A soft dependency switches an install command off. */
        private void place(Found found, SoftDependencies soft) {
            String module = found.module;
            boolean isPlain =
                    soft.before(module).isEmpty() && soft.after(module).isEmpty();
            Optional<String> command = isPlain ? config.installCommand(module) : Optional.empty();
            Optional<Path> file = lists.tree().file(module);
            Insertion.Kind kind = Insertion.Kind.FILE;
            String text = options(found);
            if (command.isPresent()) {
                kind = Insertion.Kind.COMMAND;
                text = (command.get() + " " + text).strip();
            } else if (found.isBuiltIn || lists.builtIn().names().contains(module)) {
                kind = Insertion.Kind.BUILT_IN;
                text = "";
            } else if (file.isEmpty()) {
                return;
            }
            Optional<Path> inserted = kind == Insertion.Kind.FILE ? file : Optional.empty();
            insertions.putIfAbsent(module, new Insertion(module, kind, inserted, required.contains(module), text));
        }

        private List<Step> allOf(String name) {
            List<Found> found = wanted.get(name);
            if (found == null) {
                found = find(name);
                wanted.put(name, found);
            }
            List<Step> steps = new ArrayList<>();
            for (Found module : found) {
                steps.add(() -> stack.push(stepsOf(module).iterator()));
            }
            return steps;
        }
    }

    /** Part of a walk. */
    private interface Step {
        void run();
    }
}
