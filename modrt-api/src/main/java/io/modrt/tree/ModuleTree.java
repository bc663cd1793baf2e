package io.modrt.tree;

import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * The modules in a {@code /lib/modules/VERSION} folder, or in any other, on any file system. The folder is listed once, and files are read
 * only for {@link #graph}. A module's name is the name of its file without the suffix, and with {@code _} for {@code -}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleTree {

    private static final List<String> SUFFIXES = List.of(".ko", ".ko.gz", ".ko.xz", ".ko.zst");
    private static final String PREFERRED = "updates";

    private final Path folder;
    private final NavigableMap<String, Path> files;

    private ModuleTree(Path folder, NavigableMap<String, Path> files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * Lists the modules in {@code folder} and the folders below it; links to folders are not followed. If several files have the same
     * module name, the one under {@code updates/} wins, or else the first by path.
     *
     * @throws IOException if it is not a folder or cannot be listed
     */
    public static ModuleTree open(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        NavigableMap<String, Path> files = new TreeMap<>();
        Path preferred = folder.resolve(PREFERRED);
        Comparator<Path> order = Comparator.comparing((Path file) -> !file.startsWith(preferred))
                .thenComparing(Comparator.naturalOrder());
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.filter(Files::isRegularFile)
                    .sorted(order)
                    .forEach(file -> nameOf(fileName(file)).ifPresent(name -> files.putIfAbsent(name, file)));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new ModuleTree(folder, Collections.unmodifiableNavigableMap(files));
    }

    private static String fileName(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString();
    }

    /** The name of the module in the file at path {@code file}; empty if that is not the name of a module's file. */
    static Optional<String> nameOf(String file) {
        String fileName = file.substring(file.lastIndexOf('/') + 1);
        return SUFFIXES.stream()
                .filter(suffix -> fileName.endsWith(suffix) && fileName.length() > suffix.length())
                .findFirst()
                .map(suffix -> normal(fileName.substring(0, fileName.length() - suffix.length())));
    }

    private static String normal(String name) {
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
     * Who needs whom: from {@code modules.dep}, or from {@linkplain #graphOfSymbols() symbols} if that is missing or empty.
     *
     * @throws io.modrt.error.FormatException if that list, or a module, is malformed
     * @throws IOException if a file cannot be read
     */
    public ModuleGraph graph() throws IOException {
        Path listed = folder.resolve("modules.dep");
        return Files.isRegularFile(listed) && Files.size(listed) > 0
                ? ModuleGraph.ofModulesDep(listed)
                : graphOfSymbols();
    }

    /**
     * Which modules need which, from their imports and exports. Reads every module.
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
