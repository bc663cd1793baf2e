package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.AddressRange;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolUse;
import io.modrt.load.LiveModule;
import io.modrt.memory.ModuleAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.tree.ModuleGraph;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads all modules of one tree into one runtime, as their kernel would: each after those whose exports it imports. The kernel's symbols are
 * made up. All modules stay loaded until the end; the init memory of each is dropped, as after its init function. Then they are unloaded.
 */
final class LoadTree {
    private static final Pattern RELEASE = Pattern.compile("/lib/modules/([2-9]\\.[0-9]+[^/]*)/");

    private final Path tree;
    private final Consumer<LoadResult> told;
    private final Consumer<ModuleRuntime> watch;
    private final List<LoadResult> results = new ArrayList<>();
    private final Map<String, String> placeholders = new HashMap<>();
    private String loading = "";
    private Unloading.@Nullable Counted allocator;
    private Optional<Unloading> unloading = Optional.empty();

    /** {@code told} receives each result as soon as it is known. */
    LoadTree(Path tree, Consumer<LoadResult> told) {
        this(tree, told, runtime -> {});
    }

    /** {@code watch} receives the runtime before the first module is loaded. */
    LoadTree(Path tree, Consumer<LoadResult> told, Consumer<ModuleRuntime> watch) {
        this.tree = tree;
        this.told = told;
        this.watch = watch;
    }

    /** How the modules were unloaded; empty before all were loaded. */
    Optional<Unloading> unloading() {
        return unloading;
    }

    /** The files whose names say that they are modules, in the order of their paths. */
    static List<Path> modules(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(file -> file.getFileName() != null
                            && file.getFileName().toString().matches(".*\\.ko(\\.gz|\\.xz|\\.zst)?"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    /** Loads {@code paths} and returns the outcomes in the order of loading. */
    List<LoadResult> load(List<Path> paths) throws IOException {
        SortedMap<String, ModuleFile> files = new TreeMap<>();
        for (Opened opened : paths.parallelStream().map(Opened::of).toList()) {
            String path = tree.relativize(opened.path()).toString();
            opened.file().ifPresent(file -> files.put(path, file));
            opened.failure().ifPresent(why -> add(LoadResult.failed(tree, path, path, why)));
        }
        if (files.isEmpty()) {
            return results;
        }
        ModuleFile first = files.values().iterator().next();
        KernelProfile profile = profile(tree, first);
        RelocationCount count = new RelocationCount(first.elf().header(), profile);
        try (ModuleRuntime runtime = runtime(profile)) {
            watch.accept(runtime);
            for (String path : ModuleGraph.of(files).loadOrder()) {
                load(runtime, Objects.requireNonNull(files.get(path)), path, count);
            }
            judgePlaceholders(runtime);
            Unloading check = new Unloading(Objects.requireNonNull(allocator));
            check.run(runtime);
            unloading = Optional.of(check);
            return results;
        }
    }

    private record Opened(Path path, Optional<ModuleFile> file, Optional<Exception> failure) {
        static Opened of(Path path) {
            try {
                return new Opened(path, Optional.of(ModuleFile.open(path)), Optional.empty());
            } catch (ModrtException | UncheckedIOException refused) {
                return new Opened(path, Optional.empty(), Optional.of(refused));
            }
        }
    }

    private ModuleRuntime runtime(KernelProfile profile) {
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(new MadeUp())
                .allocator(kernel -> {
                    allocator = new Unloading.Counted(ModuleAllocator.over(kernel.moduleAreas(), profile.pageBytes()));
                    return allocator;
                })
                .build();
    }

    /**
     * The profile: from the kernel's configuration if it lies in the tree or beside it, as in Debian's packages, else from the vermagic, else
     * from the name of the tree's folder.
     */
    static KernelProfile profile(Path tree, ModuleFile first) throws IOException {
        String vermagic = first.info().vermagic().orElse("");
        String config = "config-" + vermagic.split(" ", 2)[0];
        for (String boot : List.of("boot", "../../../boot")) {
            Path file = tree.toRealPath().resolve(boot).resolve(config).normalize();
            if (Files.isRegularFile(file)) {
                return KernelProfile.ofConfig(file).withVermagic(vermagic);
            }
        }
        return vermagic.isEmpty() && release(tree).isPresent()
                ? KernelProfile.of(release(tree).get())
                : KernelProfile.ofVermagic(vermagic);
    }

    /** The release that a folder {@code lib/modules/RELEASE} names, if the path leads through one. */
    static Optional<KernelVersion> release(Path path) {
        Matcher folder = RELEASE.matcher(path.toAbsolutePath() + "/");
        return folder.find() ? Optional.of(KernelVersion.parse(folder.group(1))) : Optional.empty();
    }

    private void load(ModuleRuntime runtime, ModuleFile file, String path, RelocationCount count) {
        loading = file.name();
        try {
            LiveModule module = runtime.load(file, LoadPolicy.kernelExact());
            LoadResult result = LoadResult.live(tree, path, module, count.of(module));
            module.dropInit();
            add(result);
        } catch (RuntimeException | AssertionError failure) {
            add(LoadResult.failed(tree, path, file.name(), failure));
        }
    }

    private void add(LoadResult result) {
        results.add(result);
        told.accept(result);
    }

    /** Counts a module as failed that got a made-up address for another module's export: it was loaded in the wrong order. */
    private void judgePlaceholders(ModuleRuntime runtime) {
        Map<String, String> wrong = new HashMap<>();
        for (LiveModule module : runtime.modules()) {
            for (KernelSymbol export : module.exports()) {
                String user = placeholders.get(export.name());
                if (user != null) {
                    wrong.put(user, "got a made-up " + export.name() + ", which " + module.name() + " exports");
                }
            }
        }
        results.replaceAll(result -> {
            String why = wrong.get(result.name());
            return why == null || !result.isLive() ? result : result.failedAfterAll("wrong order", why);
        });
    }

    /** Makes up kernel symbols, and remembers which module asked for which. */
    private final class MadeUp implements KernelSymbols {
        private final KernelSymbols slots = KernelSymbols.synthetic();

        @Override
        public Optional<KernelSymbol> find(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
            placeholders.putIfAbsent(name, loading);
            return slots.placeholder(name, kernelArea, use);
        }
    }
}
