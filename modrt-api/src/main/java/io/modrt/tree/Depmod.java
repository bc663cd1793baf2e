package io.modrt.tree;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleConsumer;

/**
 * Computes the files that {@code depmod} writes, byte for byte. Modules stand in the order of {@code modules.order}, those that it does not
 * list behind them in {@linkplain HashOrder the order of a hash table}. Their dependencies stand in one order for the whole tree, in which a
 * module comes before those that it needs.
 */
final class Depmod {

    private static final HashOrder MODULES = new HashOrder(512);
    private static final HashOrder SYMBOLS = new HashOrder(2048);

    /** A module and what it needs directly, in the order in which its imports first name them. */
    private record Module(int index, String name, String path, ModuleFacts facts, Set<Integer> needs) {}

    private final List<Module> modules = new ArrayList<>();
    private final Map<String, Integer> exporters = new HashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private final int[] position;

    /**
     * Reads the modules.
     *
     * @param progress receives the share of the modules that is read
     */
    Depmod(ModuleTree tree, DoubleConsumer progress) {
        for (String name : ordered(tree)) {
            Path file = tree.file(name).orElseThrow();
            progress.accept((double) modules.size() / tree.files().size());
            ModuleFacts facts = ModuleFacts.read(file, remarks::add);
            modules.add(new Module(modules.size(), name, path(tree.folder(), file), facts, new LinkedHashSet<>()));
        }
        progress.accept(1);
        modules.forEach(module -> module.facts.exports().forEach(symbol -> exporters.put(symbol, module.index)));
        for (Module module : modules) {
            for (String symbol : module.facts.imports()) {
                Integer exporter = exporters.get(symbol);
                if (exporter != null && exporter != module.index) {
                    module.needs.add(exporter);
                }
            }
        }
        this.position = positions();
    }

    /** The files that could not be read, and why. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** The path as {@code modules.dep} has it: from the tree's folder, or the whole path of a file that lies elsewhere. */
    private static String path(Path folder, Path file) {
        Path inTree = file.startsWith(folder) ? folder.relativize(file) : file;
        return inTree.toString().replace(inTree.getFileSystem().getSeparator(), "/");
    }

    /** The modules in the order in which depmod takes them. */
    static List<String> ordered(ModuleTree tree) {
        Map<String, String> byPath = new HashMap<>();
        tree.files().forEach((name, file) -> {
            String path = path(tree.folder(), file);
            byPath.put(path.substring(0, path.lastIndexOf(".ko") + 3), name);
        });
        Set<String> names = new LinkedHashSet<>();
        for (String line : ModuleTree.lines(tree.folder().resolve("modules.order"))) {
            String name = byPath.get(line);
            if (name != null) {
                names.add(name);
            }
        }
        names.addAll(MODULES.sorted(tree.names()));
        return List.copyOf(names);
    }

    /** For each module its place in an order in which it comes before those that it needs: of those that wait, the last found goes first. */
    private int[] positions() {
        int[] users = new int[modules.size()];
        modules.forEach(module -> module.needs.forEach(needed -> users[needed]++));
        List<Integer> ready = new ArrayList<>();
        for (int i = 0; i < users.length; i++) {
            if (users[i] == 0) {
                ready.add(i);
            }
        }
        int[] places = new int[modules.size()];
        int count = 0;
        while (!ready.isEmpty()) {
            int module = ready.remove(ready.size() - 1);
            places[module] = count++;
            for (int needed : modules.get(module).needs) {
                if (--users[needed] == 0) {
                    ready.add(needed);
                }
            }
        }
        if (count < places.length) {
            throw new FormatException(loops());
        }
        return places;
    }

    private Refusal loops() {
        Map<String, NavigableSet<String>> needs = new HashMap<>();
        modules.forEach(module -> {
            NavigableSet<String> names = new TreeSet<>();
            module.needs.forEach(needed -> names.add(modules.get(needed).name));
            needs.put(module.name, names);
        });
        DepthFirst walk = new DepthFirst(needs);
        modules.forEach(module -> walk.visit(module.name));
        return ModuleGraph.loop(walk.cycles());
    }

    /** All that the module needs, directly or through others, each in front of those that it needs itself. */
    private List<Module> closure(Module module) {
        Set<Integer> seen = new HashSet<>(module.needs);
        List<Integer> open = new ArrayList<>(module.needs);
        while (!open.isEmpty()) {
            for (int needed : modules.get(open.remove(open.size() - 1)).needs) {
                if (seen.add(needed)) {
                    open.add(needed);
                }
            }
        }
        return seen.stream()
                .sorted(Comparator.comparingInt(index -> position[index]))
                .map(modules::get)
                .toList();
    }

    /** The contents of each file by its name. */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        StringBuilder dep = new StringBuilder();
        IndexFile depIndex = new IndexFile();
        StringBuilder alias = new StringBuilder("# Aliases extracted from modules themselves.\n");
        IndexFile aliasIndex = new IndexFile();
        StringBuilder soft = new StringBuilder("# Soft dependencies extracted from modules themselves.\n");
        StringBuilder weak = new StringBuilder("# Weak dependencies extracted from modules themselves.\n");
        StringBuilder devname = new StringBuilder();
        for (Module module : modules) {
            StringBuilder line = new StringBuilder(module.path).append(':');
            closure(module).forEach(needed -> line.append(' ').append(needed.path));
            dep.append(line).append('\n');
            depIndex.add(module.name, line.toString(), module.index);
            for (String pattern : module.facts.info().all("alias")) {
                alias.append("alias ")
                        .append(pattern)
                        .append(' ')
                        .append(module.name)
                        .append('\n');
                ModprobeConfig.normal(pattern).ifPresent(key -> aliasIndex.add(key, module.name, module.index));
            }
            lines("softdep ", module, "softdep", soft);
            lines("weakdep ", module, "weakdep", weak);
            DeviceName.of(module.facts.info())
                    .ifPresent(node -> devname.append(
                                    devname.isEmpty() ? "# Device nodes to trigger on-demand module loading.\n" : "")
                            .append(module.name)
                            .append(' ')
                            .append(node)
                            .append('\n'));
        }
        put(files, "modules.dep", dep);
        files.put("modules.dep.bin", depIndex.bytes());
        put(files, "modules.alias", alias);
        files.put("modules.alias.bin", aliasIndex.bytes());
        put(files, "modules.softdep", soft);
        put(files, "modules.weakdep", weak);
        putSymbols(files);
        put(files, "modules.devname", devname);
        return files;
    }

    private static void lines(String start, Module module, String tag, StringBuilder out) {
        for (String text : module.facts.info().all(tag)) {
            out.append(start).append(module.name).append(' ').append(text).append('\n');
        }
    }

    private void putSymbols(Map<String, byte[]> files) {
        StringBuilder symbols = new StringBuilder("# Aliases for symbols, used by symbol_request().\n");
        IndexFile index = new IndexFile();
        for (String symbol : SYMBOLS.sorted(exporters.keySet())) {
            Module exporter = modules.get(exporters.getOrDefault(symbol, 0));
            symbols.append("alias symbol:")
                    .append(symbol)
                    .append(' ')
                    .append(exporter.name)
                    .append('\n');
            index.add("symbol:" + symbol, exporter.name, exporter.index);
        }
        put(files, "modules.symbols", symbols);
        files.put("modules.symbols.bin", index.bytes());
    }

    private static void put(Map<String, byte[]> files, String name, StringBuilder text) {
        files.put(name, text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The indexes of what is built into the kernel: of its modules, and of their aliases. Without the list that each is of, it is empty. */
    static Map<String, byte[]> builtIn(Path folder) {
        BuiltIn builtIn = BuiltIn.read(folder);
        IndexFile names = new IndexFile();
        builtIn.list().forEach(name -> names.add(name, "", 0));
        IndexFile aliases = new IndexFile();
        builtIn.aliases().forEach(alias -> aliases.add(alias.pattern(), alias.module(), 0));
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("modules.builtin.bin", isThere(folder, BuiltIn.LIST) ? names.bytes() : new byte[0]);
        files.put("modules.builtin.alias.bin", isThere(folder, BuiltIn.MODINFO) ? aliases.bytes() : new byte[0]);
        return files;
    }

    private static boolean isThere(Path folder, String name) {
        return Files.exists(folder.resolve(name));
    }
}
