package io.modrt.testkit.port;

import io.modrt.ModuleRuntime;
import io.modrt.elf.RelocationSection;
import io.modrt.error.MemoryException;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.RelocationType;
import io.modrt.tree.ModuleGraph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * All modules below a folder, loaded as one kernel would load them: each after those whose exports it imports, with made-up kernel symbols.
 * They stay loaded, but for their memory for initialisation. When the module area is full, a new kernel goes on with the rest.
 *
 * <pre>{@code
 * TreeLoad load = TreeLoad.of(new I386Arch(), Path.of("lib/modules/6.1.0-53-686"));
 * System.out.print(load); // what was loaded, and what failed
 * assertEquals(Map.of(), load.failures());
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TreeLoad {
    private static final String MODULE_FILE = ".*\\.ko(\\.gz|\\.xz|\\.zst)?";

    private final Path folder;
    private int modules;
    private int loaded;
    private int kernels;
    private final Set<String> tried = new HashSet<>();
    private final SortedMap<String, Long> relocations = new TreeMap<>();
    private final SortedMap<String, List<String>> failures = new TreeMap<>();

    private TreeLoad(Path folder) {
        this.folder = folder;
    }

    /**
     * Loads the modules below {@code folder} into a kernel whose version and options the first module's vermagic tells.
     *
     * @throws IOException if the folder cannot be read
     */
    public static TreeLoad of(Arch arch, Path folder) throws IOException {
        TreeLoad load = new TreeLoad(folder);
        SortedMap<String, ModuleFile> files = load.open();
        if (!files.isEmpty()) {
            ModuleFile first = files.values().iterator().next();
            load.load(arch, KernelProfile.ofVermagic(first.info().vermagic().orElse("")), files);
        }
        return load;
    }

    /**
     * The same for a kernel of {@code profile}: that of the {@code config-*} file beside the modules, for example
     * ({@link KernelProfile#ofConfig(Path)}).
     *
     * @throws IOException if the folder cannot be read
     */
    public static TreeLoad of(Arch arch, KernelProfile profile, Path folder) throws IOException {
        TreeLoad load = new TreeLoad(folder);
        load.load(arch, profile, load.open());
        return load;
    }

    private SortedMap<String, ModuleFile> open() throws IOException {
        SortedMap<String, ModuleFile> files = new TreeMap<>();
        List<Path> paths;
        try (Stream<Path> found = Files.walk(folder)) {
            paths = found.filter(path -> String.valueOf(path.getFileName()).matches(MODULE_FILE))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
        for (Path path : paths) {
            modules++;
            String name = folder.relativize(path).toString();
            try {
                files.put(name, ModuleFile.open(path));
            } catch (ModrtException | UncheckedIOException refused) {
                fail(name, refused);
            }
        }
        return files;
    }

    private void load(Arch arch, KernelProfile profile, SortedMap<String, ModuleFile> files) {
        ModuleGraph graph = ModuleGraph.of(files);
        List<String> waiting = new ArrayList<>(graph.loadOrder());
        while (!waiting.isEmpty()) {
            kernels++;
            try (ModuleRuntime runtime = ModuleRuntime.builder()
                    .arch(arch)
                    .profile(profile)
                    .kernelSymbols(KernelSymbols.synthetic())
                    .build()) {
                fill(runtime, graph, waiting, files);
            }
        }
    }

    /** Loads modules until the module area is full; those that were tried are no longer waiting. */
    private void fill(
            ModuleRuntime runtime, ModuleGraph graph, List<String> waiting, SortedMap<String, ModuleFile> files) {
        Set<String> present = new HashSet<>();
        while (!waiting.isEmpty()) {
            String wanted = waiting.get(0);
            for (String path : graph.loadOrder(List.of(wanted))) {
                if (!present.contains(path)) {
                    boolean isNew = tried.add(path);
                    try {
                        LiveModule module = runtime.load(Objects.requireNonNull(files.get(path)));
                        module.dropInit();
                        if (isNew) {
                            loaded++;
                            count(module);
                        }
                    } catch (RuntimeException | AssertionError failure) { // why: an unfinished port may throw anything
                        if (failure instanceof MemoryException && !present.isEmpty()) {
                            if (isNew) {
                                tried.remove(path);
                            }
                            return;
                        }
                        if (isNew) {
                            fail(path, failure);
                        }
                    }
                    present.add(path);
                }
            }
            waiting.remove(0);
        }
    }

    private void count(LiveModule module) {
        for (RelocationSection section : module.file().elf().relocationSections()) {
            if (module.placed().address(section.target()).isPresent()) {
                for (int i = 0; i < section.count(); i++) {
                    int number = section.type(i);
                    String name = module.placed()
                            .plan()
                            .archKernel()
                            .relocations(section.addends())
                            .type(number)
                            .map(RelocationType::psabiName)
                            .orElse("type " + number);
                    relocations.merge(name, 1L, Long::sum);
                }
            }
        }
    }

    private void fail(String path, Throwable failure) {
        failures.computeIfAbsent(kind(failure), any -> new ArrayList<>()).add(path + ": " + text(failure));
    }

    private static String text(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        boolean isOurs = failure instanceof ModrtException || trace.length == 0;
        return failure.getMessage() + (isOurs ? "" : ", at " + trace[0]);
    }

    /** The kind of a failure: what was thrown, the errno, and of a relocation its type. */
    private static String kind(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        if (failure instanceof ModrtException refused) {
            kind += " " + refused.errno();
        }
        if (failure instanceof RelocationException refused) {
            kind += " " + refused.place().map(RelocationPlace::type).orElse("");
        }
        return kind.strip();
    }

    /** How many files there are. */
    public int modules() {
        return modules;
    }

    /** How many of them were loaded. */
    public int loaded() {
        return loaded;
    }

    /** How many relocations the loaded modules have, by the name of the type. */
    public SortedMap<String, Long> relocations() {
        return new TreeMap<>(relocations);
    }

    /** Why each other module was not loaded, {@code PATH: MESSAGE}, by the kind of the failure: exception, errno, relocation type. */
    public Map<String, List<String>> failures() {
        return new TreeMap<>(failures);
    }

    /** A report of a few lines: the counts, the relocations by type, and for each kind of failure how many there are and the first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d modules loaded, %d relocations, kernels filled: %d%n",
                loaded,
                modules,
                relocations.values().stream().mapToLong(Long::longValue).sum(),
                kernels));
        relocations.forEach((type, count) -> text.append(String.format(Locale.ROOT, "%10d %s%n", count, type)));
        failures.forEach((kind, files) -> text.append(
                String.format(Locale.ROOT, "%d failed with %s, the first: %s%n", files.size(), kind, files.get(0))));
        return text.toString();
    }
}
