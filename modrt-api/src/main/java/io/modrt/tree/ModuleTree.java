package io.modrt.tree;

import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.input.FileAccess;
import io.modrt.input.Input;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadLimits;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.apiguardian.api.API;

/**
 * The modules in a {@code /lib/modules/VERSION} folder, or in any other, on any file system. The folder is listed once; of modules only
 * what is needed is read. A module's name is the name of its file without the suffix, and with {@code _} for {@code -}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleTree {

    private static final List<String> SUFFIXES = List.of(".ko", ".ko.gz", ".ko.xz", ".ko.zst");
    private static final String MODULES_DEP = "modules.dep";
    private static final String MODULES_SOFTDEP = "modules.softdep";

    private final Path folder;
    private final NavigableMap<String, Path> files;
    /** Whether {@code modules.dep} has told the files. */
    private final boolean isListed;

    private final DoubleConsumer progress;

    private final int threads;

    private ModuleTree(
            Path folder, NavigableMap<String, Path> files, boolean isListed, DoubleConsumer progress, int threads) {
        this.folder = folder;
        this.files = files;
        this.isListed = isListed;
        this.progress = progress;
        this.threads = threads;
    }

    /**
     * Lists the modules in {@code folder}: those in its {@code modules.dep}, since {@code modprobe} finds no others. Without that file, or
     * if it is empty, those that {@code depmod} would find there without a configuration: see {@link #open(Path, DepmodConfig)}.
     *
     * @throws io.modrt.error.FormatException if {@code modules.dep} is malformed
     * @throws java.io.UncheckedIOException if the folder is none or cannot be listed, or has neither a list nor a module
     */
    public static ModuleTree open(Path folder) {
        checkFolder(folder);
        Path listed = folder.resolve(MODULES_DEP);
        if (!isFilled(listed)) {
            return open(folder, DepmodConfig.none());
        }
        NavigableMap<String, Path> files = new TreeMap<>();
        for (String file : ModuleGraph.filesIn(listed)) {
            Path path = path(folder, file, listed);
            if (Files.isRegularFile(path)) {
                nameOf(file).ifPresent(name -> files.putIfAbsent(name, path));
            }
        }
        return new ModuleTree(folder, Collections.unmodifiableNavigableMap(files), true, done -> {}, 1);
    }

    /**
     * Lists the modules that {@code depmod} would find in {@code folder}, whether it has a {@code modules.dep} or not: in all folders below,
     * links to folders included, except folders named {@code build} or {@code source}, and in those that {@code config} adds. If several
     * files have the same module name, {@code config} says which one counts, or else it is the first by path.
     *
     * @throws java.io.UncheckedIOException if the folder is none or cannot be listed, or no module is in it
     */
    public static ModuleTree open(Path folder, DepmodConfig config) {
        Objects.requireNonNull(config, "config");
        checkFolder(folder);
        NavigableMap<String, Path> files = ModuleFiles.of(folder, config);
        if (files.isEmpty()) {
            String problem = folder + ": no module (" + String.join(", ", SUFFIXES) + ") is in it";
            throw new UncheckedIOException(problem, new FileSystemException(folder.toString()));
        }
        return new ModuleTree(folder, Collections.unmodifiableNavigableMap(files), false, done -> {}, 1);
    }

    private static Path path(Path folder, String file, Path source) {
        try {
            return folder.resolve(file);
        } catch (InvalidPathException e) {
            throw new FormatException(Refusal.beyondKernel(source + ": \"" + file + "\" is no path")
                    .because(e));
        }
    }

    private static void checkFolder(Path folder) {
        Objects.requireNonNull(folder, "folder");
        FileAccess.to(folder, "a folder of modules, such as /lib/modules/VERSION", () -> {
            if (!Files.exists(folder)) {
                throw new NoSuchFileException(folder.toString());
            }
            if (!Files.isDirectory(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
            return folder;
        });
    }

    /**
     * The same tree, which tells how far it is when it reads every module: {@code listener} receives the share that is read, from 0 to 1.
     */
    public ModuleTree withProgress(DoubleConsumer listener) {
        return new ModuleTree(folder, files, isListed, Objects.requireNonNull(listener, "listener"), threads);
    }

    /** The same tree, which reads modules for {@link #graph} on {@code atMost} threads; by default on one. */
    public ModuleTree withThreads(int atMost) {
        if (atMost < 1) {
            throw new IllegalArgumentException(atMost + " threads read nothing");
        }
        return new ModuleTree(folder, files, isListed, progress, atMost);
    }

    DoubleConsumer progress() {
        return progress;
    }

    /** The lines of a list such as {@code modules.order}; none if there is no such file. */
    static List<String> lines(Path list) {
        return Files.isRegularFile(list)
                ? Input.text(list, "a list of a kernel's tree", LoadLimits.standard())
                        .lines()
                        .toList()
                : List.of();
    }

    /** Whether there is such a file, and it is not empty. */
    static boolean isFilled(Path file) {
        return Files.isRegularFile(file)
                && FileAccess.to(file, "a list of a kernel's tree", () -> Files.size(file)) > 0;
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
     * Who needs whom: from {@code modules.dep} and {@code modules.softdep}, or if the first is missing or empty from what the modules say
     * they depend on; {@linkplain #graphOfSymbols() from their symbols} if not every module says so. As for {@code depmod}, a module that
     * cannot be read needs nothing; {@link ModuleGraph#remarks} says why. Each call reads the files anew: keep the graph.
     *
     * @throws io.modrt.error.FormatException if a list is malformed
     * @throws java.io.UncheckedIOException if a list cannot be read
     */
    public ModuleGraph graph() {
        Path listed = folder.resolve(MODULES_DEP);
        if (!isFilled(listed)) {
            return graphOfModinfo();
        }
        ModuleGraph graph = ModuleGraph.ofModulesDep(listed);
        Path soft = folder.resolve(MODULES_SOFTDEP);
        return Files.isRegularFile(soft) ? graph.withSoftDependencies(soft) : graph;
    }

    private ModuleGraph graphOfModinfo() {
        ModuleGraph.Links links = new ModuleGraph.Links();
        Iterator<ModinfoReading.Answer> answers =
                new ModinfoReading(files.values(), progress).run(threads).iterator();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            ModinfoReading.Answer answer = answers.next();
            Optional<List<String>> depends = answer.depends();
            if (answer.failure().isPresent()) {
                links.addUnreadable(
                        file.getKey(), file.getValue(), answer.failure().get());
            } else if (depends.isEmpty() || !files.keySet().containsAll(depends.get())) {
                return graphOfSymbols();
            } else {
                links.add(file.getKey(), depends.get(), answer.softdeps());
            }
        }
        progress.accept(1);
        return links.graph();
    }

    /**
     * Which modules need which, from their imports, exports and soft dependencies. Reads every module. As for {@code depmod}, a module that
     * cannot be read needs nothing; {@link ModuleGraph#remarks} says why.
     */
    public ModuleGraph graphOfSymbols() {
        ModuleGraph.Links links = new ModuleGraph.Links();
        int read = 0;
        for (Map.Entry<String, Path> file : files.entrySet()) {
            progress.accept((double) read++ / files.size());
            try {
                links.add(file.getKey(), ModuleFile.open(file.getValue()));
            } catch (ModrtException | UncheckedIOException failure) {
                links.addUnreadable(file.getKey(), file.getValue(), failure);
            }
        }
        progress.accept(1);
        return links.graph();
    }

    /**
     * Writes what {@code depmod} would write for this tree into a folder, which must exist and may be the tree's own:
     * {@code modules.dep}, {@code modules.alias} and {@code modules.symbols}, each with its index for {@code modprobe} ({@code .bin}), the
     * indices of {@code modules.builtin}, {@code modules.softdep}, {@code modules.weakdep} and {@code modules.devname}. Reads every module;
     * a tree that {@code modules.dep} has told is looked through anew, as {@code depmod} does. Each file is replaced at once.
     *
     * @return the modules that cannot be read, and why: as {@code depmod} does, they are listed without anything that they need or export
     * @throws io.modrt.error.FormatException if modules need each other, or a name in an index has a character that is not of ASCII
     * @throws java.io.UncheckedIOException if a list cannot be read, or a file cannot be written
     */
    public List<String> depmod(Path into) {
        ModuleTree whole = isListed ? open(folder, DepmodConfig.none()) : this;
        Depmod depmod = new Depmod(whole, progress);
        Map<String, byte[]> written = depmod.files();
        written.putAll(Depmod.builtIn(folder));
        for (Map.Entry<String, byte[]> file : written.entrySet()) {
            FileAccess.to(into, "a folder to write to", () -> {
                Path fresh = Files.write(into.resolve(file.getKey() + ".new"), file.getValue());
                return Files.move(fresh, into.resolve(file.getKey()), StandardCopyOption.REPLACE_EXISTING);
            });
        }
        return depmod.remarks();
    }

    /** The folder, and the number of modules in it. */
    @Override
    public String toString() {
        return folder + ": " + files.size() + " modules";
    }
}
