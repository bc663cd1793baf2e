package io.modrt.tree;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A configuration of {@code depmod}, as {@code depmod.d(5)} describes it: which of several files of one module counts, and which folders are
 * searched. Commands that it does not know, or that lack a word, are passed over, as {@code depmod} does; {@link #ignored} has
 * them. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class DepmodConfig {

    static final String BUILT_IN = "built-in";
    static final String EXTERNAL = "external";

    private record Preference(String module, ReleasePattern kernels, String folder) {}

    private record External(ReleasePattern kernels, List<String> folders) {}

    private final List<String> search = new ArrayList<>();
    private final List<Preference> overrides = new ArrayList<>();
    private final List<External> externals = new ArrayList<>();
    private final Set<String> excludes = new LinkedHashSet<>();
    private final List<String> ignored = new ArrayList<>();

    private DepmodConfig(List<ConfigFiles.Command> commands) {
        for (ConfigFiles.Command command : commands) {
            List<String> words = ConfigFiles.words(command.text());
            if (!read(words.get(0), words.subList(1, words.size()))) {
                ignored.add(command.complaint());
            }
        }
        if (search.isEmpty()) {
            search.addAll(List.of("updates", BUILT_IN));
        }
    }

    private boolean read(String command, List<String> words) {
        int least = Map.of("override", 3, "external", 2).getOrDefault(command, 1);
        if (words.size() < least || words.stream().anyMatch(word -> word.indexOf(0) >= 0)) {
            return false;
        }
        switch (command) {
            case "search" -> search.addAll(words);
            case "override" -> {
                Optional<ReleasePattern> kernels = ReleasePattern.of(words.get(1));
                kernels.ifPresent(
                        known -> overrides.add(new Preference(ModuleTree.normal(words.get(0)), known, words.get(2))));
                return kernels.isPresent();
            }
            case "external" -> {
                Optional<ReleasePattern> kernels = ReleasePattern.of(words.get(0));
                kernels.ifPresent(known -> externals.add(new External(known, words.subList(1, words.size()))));
                return kernels.isPresent();
            }
            case "exclude" -> excludes.addAll(words);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** No configuration: {@code depmod} then prefers a file below {@code updates} to any other. */
    public static DepmodConfig none() {
        return new DepmodConfig(List.of());
    }

    /**
     * The configuration in these folders, the most important first, or files.
     *
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static DepmodConfig of(List<Path> places) {
        return new DepmodConfig(ConfigFiles.commands(places));
    }

    /**
     * The configuration of the system whose files lie below {@code root}: of {@code etc/depmod.d}, {@code run/depmod.d} and so on.
     *
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static DepmodConfig ofSystem(Path root) {
        return of(ConfigFiles.folders(root, "depmod.d"));
    }

    /** The places in the order in which they count; {@value #BUILT_IN} and {@value #EXTERNAL} have a meaning of their own. */
    public List<String> search() {
        return List.copyOf(search);
    }

    /** The commands that were passed over, each with its file and line. */
    public List<String> ignored() {
        return List.copyOf(ignored);
    }

    /** The folders beside the tree of kernel {@code release} that are searched too. */
    List<String> externals(String release) {
        return externals.stream()
                .filter(external -> external.kernels.isIn(release))
                .flatMap(external -> external.folders.stream())
                .toList();
    }

    /** The folder of the tree from which each module that is overridden is taken. */
    Map<String, String> overrides(String release) {
        Map<String, String> folders = new HashMap<>();
        for (Preference override : overrides) {
            if (override.kernels.isIn(release)) {
                folders.putIfAbsent(override.module, override.folder);
            }
        }
        return folders;
    }

    boolean isExcluded(String folder) {
        return excludes.contains(folder);
    }
}
