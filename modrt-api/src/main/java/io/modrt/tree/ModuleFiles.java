package io.modrt.tree;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Finds the files of modules as {@code depmod} does, and of several files of one module the one that counts. */
final class ModuleFiles {

    private final Path folder;
    private final String release;
    private final DepmodConfig config;
    private final Map<String, String> overrides;

    private ModuleFiles(Path folder, DepmodConfig config) {
        this.folder = folder;
        this.config = config;
        Path named = folder.getFileName();
        this.release = named == null ? "" : named.toString();
        this.overrides = config.overrides(release);
    }

    /**
     * The file of each module below {@code folder} and in the configuration's external folders.
     *
     * @throws java.io.UncheckedIOException if a folder cannot be listed
     */
    static NavigableMap<String, Path> of(Path folder, DepmodConfig config) {
        return new ModuleFiles(folder, config).find();
    }

    private record Candidate(Path file, int rank) {}

    private NavigableMap<String, Path> find() {
        NavigableMap<String, Candidate> best = new TreeMap<>();
        for (Path file : sorted(FoundFiles.below(folder, config::isExcluded))) {
            add(file, folder.relativize(file), false, best);
        }
        for (String external : config.externals(release)) {
            Path place = folder.getFileSystem().getPath(external);
            if (Files.isDirectory(place)) {
                for (Path file : sorted(FoundFiles.below(place, config::isExcluded))) {
                    add(file, place.relativize(file), true, best);
                }
            }
        }
        NavigableMap<String, Path> files = new TreeMap<>();
        best.forEach((name, candidate) -> files.put(name, candidate.file));
        return files;
    }

    private static List<Path> sorted(List<Path> files) {
        List<Path> sorted = new ArrayList<>(files);
        sorted.sort(Comparator.naturalOrder());
        return sorted;
    }

    private void add(Path file, Path inPlace, boolean isExternal, Map<String, Candidate> best) {
        ModuleTree.nameOf(file.toString()).ifPresent(name -> {
            Candidate candidate = new Candidate(file, isExternal ? rank(DepmodConfig.EXTERNAL) : rank(name, inPlace));
            best.merge(name, candidate, (old, other) -> other.rank < old.rank ? other : old);
        });
    }

    private int rank(String place) {
        int at = config.search().indexOf(place);
        return at < 0 ? config.search().size() : at;
    }

    /** The rank of a file in the tree, the best first: overriding files, then by the first place of the search order that it lies in. */
    private int rank(String name, Path inTree) {
        Path parent = inTree.getParent();
        String override = overrides.get(name);
        if (override != null
                && parent != null
                && parent.equals(inTree.getFileSystem().getPath(override))) {
            return -1;
        }
        for (int i = 0; i < config.search().size(); i++) {
            String place = config.search().get(i);
            boolean isKeyword = place.equals(DepmodConfig.BUILT_IN) || place.equals(DepmodConfig.EXTERNAL);
            boolean isFolder =
                    !isKeyword && !place.endsWith("/"); // depmod finds nothing below a name with a slash at its end
            if (isFolder && parent != null && parent.startsWith(place)) {
                return i;
            }
        }
        return rank(DepmodConfig.BUILT_IN);
    }
}
