package io.modrt.tree;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apiguardian.api.API;

/** Which modules need which, by name. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleGraph {

    private final NavigableMap<String, NavigableSet<String>> needs;
    private final LoadOrder all;

    ModuleGraph(NavigableMap<String, NavigableSet<String>> needs) {
        this.needs = needs;
        this.all = LoadOrder.of(needs, needs.keySet());
    }

    /**
     * The graph of imports and exports: a module needs the modules that export its undefined symbols, weak ones too. If several modules
     * export one symbol, the first of them by name is needed.
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

        void add(String name, ModuleFile module) {
            for (Export export : module.exports()) {
                exporters.merge(export.name(), name, (one, other) -> one.compareTo(other) <= 0 ? one : other);
            }
            imports.put(name, module.imports().stream().map(Import::name).toList());
        }

        ModuleGraph graph() {
            NavigableMap<String, NavigableSet<String>> needs = new TreeMap<>();
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
            return new ModuleGraph(needs);
        }
    }

    /**
     * The graph in a {@code modules.dep}, which lists for each module all modules that it needs, directly or through others.
     *
     * @throws FormatException if a line does not begin with a module's file and a colon, naming the line
     * @throws IOException if it cannot be read
     */
    public static ModuleGraph ofModulesDep(Path modulesDep) throws IOException {
        NavigableMap<String, NavigableSet<String>> needs = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(modulesDep, StandardCharsets.ISO_8859_1)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    int colon = line.indexOf(':');
                    String name = nameAt(modulesDep, number, colon < 0 ? "" : line.substring(0, colon));
                    NavigableSet<String> needed = needs.computeIfAbsent(name, module -> new TreeSet<>());
                    for (String file : line.substring(colon + 1).split(" ", -1)) {
                        if (!file.isEmpty()) {
                            needed.add(nameAt(modulesDep, number, file));
                        }
                    }
                }
            }
        }
        List<String> unlisted =
                needs.values().stream().flatMap(NavigableSet::stream).toList();
        unlisted.forEach(name -> needs.computeIfAbsent(name, module -> new TreeSet<>()));
        return new ModuleGraph(needs);
    }

    private static String nameAt(Path source, int line, String file) {
        return ModuleTree.nameOf(file)
                .orElseThrow(() -> new FormatException(Refusal.beyondKernel(source + ": line " + line + ": \"" + file
                        + "\" is not the name of a module's file; a line has such a name, a colon, and the files that it"
                        + " needs")));
    }

    /** The names, sorted. */
    public List<String> names() {
        return List.copyOf(needs.keySet());
    }

    /**
     * The modules that {@code name} needs, sorted: in a graph made by {@link #of} only those that it needs directly, in one made by
     * {@link #ofModulesDep} also those that it needs through others.
     *
     * @throws IllegalArgumentException if there is no such module
     */
    public List<String> needs(String name) {
        return List.copyOf(needs.getOrDefault(known(name), Collections.emptyNavigableSet()));
    }

    /** The name in the graph: {@code name} itself, or with underscores for dashes, as modules are named. */
    private String known(String name) {
        String module = needs.containsKey(name) ? name : name.replace('-', '_');
        if (!needs.containsKey(module)) {
            throw new IllegalArgumentException("no module " + name + " among the " + needs.size() + " of this graph");
        }
        return module;
    }

    /** All modules, each behind those that it needs, otherwise sorted by name. If modules need each other, one of them comes too early. */
    public List<String> loadOrder() {
        return all.names();
    }

    /**
     * These modules and all that they need, in the order of {@link #loadOrder()}.
     *
     * @throws IllegalArgumentException if there is no such module
     */
    public List<String> loadOrder(Collection<String> names) {
        return LoadOrder.of(needs, names.stream().map(this::known).toList()).names();
    }

    /** Cycles of modules that need each other, and so cannot be loaded, each with its modules in order. At most 64 are reported. */
    public List<List<String>> cycles() {
        return all.cycles();
    }

    /** A load order, and the cycles that break it. */
    private record LoadOrder(List<String> names, List<List<String>> cycles) {

        static LoadOrder of(Map<String, NavigableSet<String>> needs, Collection<String> wanted) {
            DepthFirst walk = new DepthFirst(needs);
            new TreeSet<>(wanted).forEach(walk::visit);
            return new LoadOrder(
                    Collections.unmodifiableList(new ArrayList<>(walk.done())), List.copyOf(walk.cycles()));
        }
    }
}
