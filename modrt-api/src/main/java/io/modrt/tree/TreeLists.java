package io.modrt.tree;

import io.modrt.error.FormatException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code modprobe} looks up in a tree's lists. Each list is read when it is first needed. A list that is missing is computed from the
 * modules: what one module needs, and its soft dependencies, from the modinfo of that module alone; aliases and symbols from all of them.
 */
final class TreeLists {

    private static final String ALIAS = "alias";
    private static final String SYMBOL = "symbol:";

    private final ModuleTree tree;
    private final Map<String, Modinfo> modinfos = new HashMap<>();
    private @Nullable Map<String, List<String>> dep;
    private @Nullable ModuleGraph graph;
    private @Nullable List<KnownAlias> aliases;
    private @Nullable Map<String, String> exporters;
    private @Nullable SoftDependencies soft;
    private @Nullable BuiltIn builtIn;

    TreeLists(ModuleTree tree) {
        this.tree = tree;
    }

    ModuleTree tree() {
        return tree;
    }

    /** Whether the tree has a module of this name. */
    boolean has(String module) {
        return tree.file(module).isPresent();
    }

    /** All that the module needs, directly or through others, each behind those that it needs itself. */
    synchronized List<String> needs(String module) {
        Path list = tree.folder().resolve("modules.dep");
        Map<String, List<String>> known = dep;
        if (known == null) {
            known = ModuleTree.isFilled(list) ? ModuleGraph.listsIn(list) : Map.of();
            dep = known;
        }
        if (known.isEmpty()) {
            return closure(module);
        }
        List<String> needed = new ArrayList<>(known.getOrDefault(module, List.of()));
        Collections.reverse(needed);
        return needed;
    }

    /** The same by way of what each module says it depends on; where one does not say so, of the symbols of all modules. */
    private List<String> closure(String module) {
        Map<String, NavigableSet<String>> needs = new HashMap<>();
        Set<String> open = new LinkedHashSet<>(Set.of(module));
        while (!open.isEmpty()) {
            String name = open.iterator().next();
            open.remove(name);
            NavigableSet<String> direct = new TreeSet<>(direct(name));
            direct.remove(name);
            needs.put(name, direct);
            direct.stream().filter(needed -> !needs.containsKey(needed)).forEach(open::add);
        }
        DepthFirst walk = new DepthFirst(needs);
        walk.visit(module);
        if (!walk.cycles().isEmpty()) {
            throw new FormatException(ModuleGraph.loop(walk.cycles()));
        }
        List<String> order = new ArrayList<>(walk.done());
        order.remove(module);
        return order;
    }

    private List<String> direct(String module) {
        ModuleGraph known = graph;
        if (known == null) {
            if (!has(module)) {
                return List.of();
            }
            Optional<List<String>> depends = modinfo(module).depends();
            if (depends.isPresent() && depends.get().stream().allMatch(this::has)) {
                return depends.get();
            }
            known = tree.graphOfSymbols();
            graph = known;
        }
        return has(module) ? known.needs(module) : List.of();
    }

    /** The module's strings; of a file that cannot be read, that it needs nothing: its own load tells what is wrong with it. */
    private Modinfo modinfo(String module) {
        Modinfo known = modinfos.get(module);
        if (known == null) {
            try {
                known = Modinfo.read(tree.file(module).orElseThrow());
            } catch (FormatException | UncheckedIOException refused) {
                known = new Modinfo(List.of("depends="));
            }
            modinfos.put(module, known);
        }
        return known;
    }

    /** The soft dependencies of the module, and perhaps of others. */
    synchronized SoftDependencies softDependencies(String module) {
        Path list = tree.folder().resolve("modules.softdep");
        SoftDependencies known = soft;
        if (known == null) {
            known = Files.isRegularFile(list) ? ModuleGraph.softDependenciesIn(list) : new SoftDependencies();
            soft = known;
        }
        if (has(module) && !known.has(module) && !Files.isRegularFile(list)) {
            for (String text : modinfo(module).all("softdep")) {
                known.add(module, ConfigFiles.words(text));
            }
        }
        return known;
    }

    /** The aliases that modules have themselves, in the order of the modules. */
    synchronized List<KnownAlias> aliases() {
        List<KnownAlias> known = aliases;
        if (known == null) {
            known = new ArrayList<>();
            Path list = tree.folder().resolve("modules.alias");
            if (Files.isRegularFile(list)) {
                for (String line : ModuleTree.lines(list)) {
                    List<String> words = ConfigFiles.words(line);
                    if (words.size() == 3 && words.get(0).equals(ALIAS)) {
                        KnownAlias.of(words.get(1), ModuleTree.normal(words.get(2)))
                                .ifPresent(known::add);
                    }
                }
            } else {
                int read = 0;
                for (String module : Depmod.ordered(tree)) {
                    tree.progress().accept((double) read++ / tree.files().size());
                    for (String pattern : modinfo(module).all(ALIAS)) {
                        KnownAlias.of(pattern, module).ifPresent(known::add);
                    }
                }
                tree.progress().accept(1);
            }
            aliases = known;
        }
        return known;
    }

    /** The module that exports a symbol. */
    synchronized Optional<String> exporter(String symbol) {
        Map<String, String> known = exporters;
        if (known == null) {
            known = new HashMap<>();
            Path list = tree.folder().resolve("modules.symbols");
            if (Files.isRegularFile(list)) {
                for (String line : ModuleTree.lines(list)) {
                    List<String> words = ConfigFiles.words(line);
                    if (words.size() == 3 && words.get(1).startsWith(SYMBOL)) {
                        known.put(ModuleTree.normal(words.get(1).substring(SYMBOL.length())), words.get(2));
                    }
                }
            } else {
                int read = 0;
                for (String module : Depmod.ordered(tree)) {
                    tree.progress().accept((double) read++ / tree.files().size());
                    for (String exported : ModuleFacts.read(tree.file(module).orElseThrow(), remark -> {})
                            .exports()) {
                        known.put(exported, module);
                    }
                }
                tree.progress().accept(1);
            }
            exporters = known;
        }
        return Optional.ofNullable(known.get(symbol));
    }

    /** What is built into the kernel. */
    synchronized BuiltIn builtIn() {
        BuiltIn known = builtIn;
        if (known == null) {
            known = BuiltIn.read(tree.folder());
            builtIn = known;
        }
        return known;
    }
}
