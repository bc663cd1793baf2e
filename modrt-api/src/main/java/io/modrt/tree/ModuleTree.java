package io.modrt.tree;

import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * The modules in a {@code /lib/modules/VERSION} folder, or in any other, on any file system. The folder is listed once, and modules are
 * read only for {@link #graphOfSymbols}. A module's name is the name of its file without the suffix, and with {@code _} for {@code -}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleTree {

    private static final List<String> SUFFIXES = List.of(".ko", ".ko.gz", ".ko.xz", ".ko.zst");
    private static final String PREFERRED = "updates";
    private static final String MODULES_DEP = "modules.dep";
    private static final String MODULES_SOFTDEP = "modules.softdep";

    private final Path folder;
    private final NavigableMap<String, Path> files;

    private ModuleTree(Path folder, NavigableMap<String, Path> files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * Lists the modules in {@code folder}: those in its {@code modules.dep}, since {@code modprobe} finds no others. Without that file, or
     * if it is empty, those that {@code depmod} would find there: in all folders below, links to folders included, except folders named
     * {@code build} or {@code source}; if several files have the same module name, the one under {@code updates/} wins, or else the first
     * by path.
     *
     * @throws io.modrt.error.FormatException if {@code modules.dep} is malformed
     * @throws IOException if the folder is none or cannot be listed
     */
    public static ModuleTree open(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        NavigableMap<String, Path> files = new TreeMap<>();
        Path listed = folder.resolve(MODULES_DEP);
        if (isFilled(listed)) {
            for (String file : ModuleGraph.filesIn(listed)) {
                Path path = folder.resolve(file);
                if (Files.isRegularFile(path)) {
                    nameOf(file).ifPresent(name -> files.putIfAbsent(name, path));
                }
            }
        } else {
            Path preferred = folder.resolve(PREFERRED);
            List<Path> found = FoundFiles.below(folder);
            found.sort(Comparator.comparing((Path file) -> !file.startsWith(preferred))
                    .thenComparing(Comparator.naturalOrder()));
            found.forEach(file -> nameOf(file.toString()).ifPresent(name -> files.putIfAbsent(name, file)));
        }
        return new ModuleTree(folder, Collections.unmodifiableNavigableMap(files));
    }

    private static boolean isFilled(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) > 0;
    }

    /** The name of the module in the file at path {@code file}; empty if that is not the name of a module's file. */
    static Optional<String> nameOf(String file) {
        String fileName = file.substring(file.lastIndexOf('/') + 1);
        return SUFFIXES.stream()
                .filter(suffix -> fileName.endsWith(suffix) && fileName.length() > suffix.length())
                .findFirst()
                .map(suffix -> normal(fileName.substring(0, fileName.length() - suffix.length())));
    }

    /** The name as the kernel has it: with {@code _} for {@code -}. */
    static String normal(String name) {
        return name.replace('-', '_');
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** The names of all modules, sorted. */
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** The file of each module, by name, sorted. */
    public Map<String, Path> files() {
        return files;
    }

    /** The file of the module {@code name}, where {@code -} and {@code _} mean the same. */
    public Optional<Path> file(String name) {
        return Optional.ofNullable(files.get(normal(name)));
    }

    /**
     * Who needs whom: from {@code modules.dep} and {@code modules.softdep}, or from {@linkplain #graphOfSymbols() the modules} if the
     * first is missing or empty.
     *
     * @throws io.modrt.error.FormatException if a list, or a module, is malformed
     * @throws IOException if a file cannot be read
     */
    public ModuleGraph graph() throws IOException {
        Path listed = folder.resolve(MODULES_DEP);
        if (!isFilled(listed)) {
            return graphOfSymbols();
        }
        ModuleGraph graph = ModuleGraph.ofModulesDep(listed);
        Path soft = folder.resolve(MODULES_SOFTDEP);
        return Files.isRegularFile(soft) ? graph.withSoftDependencies(soft) : graph;
    }

    /**
     * Which modules need which, from their imports, exports and soft dependencies. Reads every module.
     *
     * @throws io.modrt.error.FormatException if a module is malformed
     * @throws IOException if a file cannot be read
     */
    public ModuleGraph graphOfSymbols() throws IOException {
        ModuleGraph.Links links = new ModuleGraph.Links();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            links.add(file.getKey(), ModuleFile.open(file.getValue()));
        }
        return links.graph();
    }

    /** The folder, and the number of modules in it. */
    @Override
    public String toString() {
        return folder + ": " + files.size() + " modules";
    }
}
