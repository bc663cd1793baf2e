package io.modrt.tree;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.input.Input;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Which modules need which, by name. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleGraph {

    private final NavigableMap<String, NavigableSet<String>> needs;
    private final SoftDependencies soft;
    private final List<String> remarks;
    private final LoadOrder all;

    private ModuleGraph(
            NavigableMap<String, NavigableSet<String>> needs, SoftDependencies soft, Collection<String> remarks) {
        this.needs = needs;
        this.soft = soft;
        this.remarks = List.copyOf(remarks);
        this.all = new LoadOrder(needs, soft, needs.keySet());
    }

    /**
     * The graph of imports and exports: a module needs the modules that export its undefined symbols, weak ones too. If several modules
     * export one symbol, the first of them by name is needed. Soft dependencies are those of the modules' modinfo.
     *
     * @param modules the modules by name; only read
     * @throws FormatException if a module's tables of imports or exports are malformed
     */
    public static ModuleGraph of(Map<String, ModuleFile> modules) {
        Links links = new Links();
        modules.forEach(links::add);
        return links.graph();
    }

    /** Collects the imports and exports of modules, one module at a time, and makes the graph of them. */
    static final class Links {

        private final Map<String, String> exporters = new TreeMap<>();
        private final NavigableMap<String, List<String>> imports = new TreeMap<>();
        private final Map<String, NavigableSet<String>> told = new TreeMap<>();
        private final SoftDependencies soft = new SoftDependencies();
        private final List<String> remarks = new ArrayList<>();

        void add(String name, ModuleFile module) {
            for (Export export : module.exports()) {
                exporters.merge(export.name(), name, (one, other) -> one.compareTo(other) <= 0 ? one : other);
            }
            imports.put(name, module.imports().stream().map(Import::name).toList());
            module.info().all("softdep").forEach(text -> soft.add(name, words(text)));
        }

        /** Adds a module that needs the modules {@code depends}. */
        void add(String name, List<String> depends, List<String> softdeps) {
            NavigableSet<String> needed = new TreeSet<>(depends);
            needed.remove(name);
            told.put(name, needed);
            softdeps.forEach(text -> soft.add(name, words(text)));
        }

        /** Adds a module that cannot be read: it needs nothing, as for {@code depmod}. */
        void addUnreadable(String name, Path file, RuntimeException failure) {
            String message = String.valueOf(failure.getMessage());
            remarks.add(message.contains(file.toString()) ? message : file + ": " + message);
            told.put(name, new TreeSet<>());
        }

        ModuleGraph graph() {
            NavigableMap<String, NavigableSet<String>> needs = new TreeMap<>(told);
            imports.forEach((name, symbols) -> {
                NavigableSet<String> needed = new TreeSet<>();
                for (String symbol : symbols) {
                    String exporter = exporters.get(symbol);
                    if (exporter != null && !exporter.equals(name)) {
                        needed.add(exporter);
                    }
                }
                needs.put(name, needed);
            });
            return new ModuleGraph(needs, soft, remarks);
        }
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[ \t]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /**
     * The graph in a {@code modules.dep}, which lists for each module all modules that it needs, directly or through others.
     *
     * @throws FormatException if a line does not begin with a module's file and a colon, naming the line
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static ModuleGraph ofModulesDep(Path modulesDep) {
        NavigableMap<String, NavigableSet<String>> needs = new TreeMap<>();
        for (Line line : lines(modulesDep)) {
            NavigableSet<String> needed =
                    needs.computeIfAbsent(nameAt(modulesDep, line.number, line.file()), module -> new TreeSet<>());
            for (String file : line.rest()) {
                needed.add(nameAt(modulesDep, line.number, file));
            }
        }
        List<String> unlisted =
                needs.values().stream().flatMap(NavigableSet::stream).toList();
        unlisted.forEach(name -> needs.computeIfAbsent(name, module -> new TreeSet<>()));
        return new ModuleGraph(needs, new SoftDependencies(), List.of());
    }

    /** The files that begin the lines of a {@code modules.dep}, in its order. */
    static List<String> filesIn(Path modulesDep) {
        return lines(modulesDep).stream().map(Line::file).toList();
    }

    /**
     * The same with the soft dependencies in a {@code modules.softdep}, whose lines have the form {@code softdep NAME pre: A B post: C}.
     * They add to {@link #loadOrder(Collection)}, not to {@link #needs}: {@code modprobe} passes over those that it does not find.
     *
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public ModuleGraph withSoftDependencies(Path modulesSoftdep) {
        return new ModuleGraph(needs, softDependenciesIn(modulesSoftdep), remarks);
    }

    /** What a {@code modules.softdep} says. */
    static SoftDependencies softDependenciesIn(Path modulesSoftdep) {
        SoftDependencies read = new SoftDependencies();
        for (String line : text(modulesSoftdep)) {
            List<String> words = words(line);
            if (words.size() > 2 && words.get(0).equals("softdep")) {
                read.add(ModuleTree.normal(words.get(1)), words.subList(2, words.size()));
            }
        }
        return read;
    }

    /** What each module needs, in the order in which {@code modules.dep} lists it. */
    static Map<String, List<String>> listsIn(Path modulesDep) {
        Map<String, List<String>> lists = new HashMap<>();
        for (Line line : lines(modulesDep)) {
            List<String> needed = new ArrayList<>();
            for (String file : line.rest()) {
                needed.add(nameAt(modulesDep, line.number, file));
            }
            lists.putIfAbsent(nameAt(modulesDep, line.number, line.file()), needed);
        }
        return lists;
    }

    /** The refusal of modules that need each other. */
    static Refusal loop(List<List<String>> cycles) {
        return Refusal.beyondKernel("modules need each other, so none of them can be loaded first: "
                + cycles.stream()
                        .map(cycle -> String.join(" -> ", cycle) + " -> " + cycle.get(0))
                        .collect(Collectors.joining("; ")));
    }

    /** A line of {@code modules.dep} that is neither blank nor a comment. */
    private record Line(int number, String text) {

        /** What is in front of the colon; empty without a colon. */
        private String file() {
            return text.substring(0, Math.max(0, text.indexOf(':')));
        }

        /** The words behind the colon. */
        private List<String> rest() {
            return Arrays.stream(text.substring(text.indexOf(':') + 1).split(" ", -1))
                    .filter(file -> !file.isEmpty())
                    .toList();
        }
    }

    private static List<String> text(Path file) {
        return Input.text(file, "a list of a kernel's tree", LoadLimits.standard())
                .lines()
                .toList();
    }

    private static List<Line> lines(Path modulesDep) {
        List<Line> found = new ArrayList<>();
        int number = 0;
        for (String text : text(modulesDep)) {
            number++;
            if (!text.isBlank() && !text.startsWith("#")) {
                found.add(new Line(number, text));
            }
        }
        return found;
    }

    private static String nameAt(Path source, int line, String file) {
        return ModuleTree.nameOf(file)
                .orElseThrow(() -> new FormatException(Refusal.beyondKernel(source + ": line " + line + ": \"" + file
                        + "\" is not the name of a module's file; a line has such a name, a colon, and the files that it"
                        + " needs")));
    }

    /** The files of the tree that could not be read, and why. Their modules are in the graph, and need nothing. */
    public List<String> remarks() {
        return remarks;
    }

    /** The names, sorted. */
    public List<String> names() {
        return List.copyOf(needs.keySet());
    }

    /**
     * The modules that {@code name} needs, sorted: in a graph made by {@link #of} only those that it needs directly, in one made by
     * {@link #ofModulesDep} also those that it needs through others. {@link #loadOrder(Collection)} has all of them in either.
     *
     * @throws IllegalArgumentException if there is no such module
     */
    public List<String> needs(String name) {
        return List.copyOf(needs.getOrDefault(known(name), Collections.emptyNavigableSet()));
    }

    /**
     * The modules that come before {@code name} in a load order, sorted: those of {@link #needs}, and its soft dependencies of before as far as
     * the graph has them and they do not need {@code name} themselves.
     *
     * @throws IllegalArgumentException if there is no such module
     */
    public List<String> before(String name) {
        return List.copyOf(all.before(known(name)));
    }

    /** The name in the graph: {@code name} itself, or with underscores for dashes, as modules are named. */
    private String known(String name) {
        String module = needs.containsKey(name) ? name : name.replace('-', '_');
        if (!needs.containsKey(module)) {
            throw new IllegalArgumentException("no module " + name + " among the " + needs.size() + " of this graph");
        }
        return module;
    }

    /**
     * All modules: the names in alphabetical order, each directly preceded by what it needs and wants to be loaded before, as far as that
     * is not there yet. If modules need each other, one of them comes too early.
     */
    public List<String> loadOrder() {
        return all.names();
    }

    /**
     * These modules, all that they need, and their soft dependencies as far as the graph has them: the names in alphabetical order, each
     * directly preceded by what it needs and wants to be loaded before, as far as that is not there yet; modules that are wanted after
     * others come last. For one name, this is what must be loaded for it, in order, itself included.
     *
     * @throws IllegalArgumentException if there is no such module
     */
    public List<String> loadOrder(Collection<String> names) {
        Set<String> wanted = new HashSet<>();
        names.forEach(name -> wanted.add(known(name)));
        return wanted.size() == needs.size() ? loadOrder() : new LoadOrder(needs, soft, wanted).names();
    }

    /** Cycles of modules that need each other, and so cannot be loaded, each with its modules in order. At most 64 are reported. */
    public List<List<String>> cycles() {
        return all.cycles();
    }
}
