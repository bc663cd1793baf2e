package io.modrt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The repository: the files that links may lead to, and the pages among them. */
final class Repository {
    /** The page with the list of all pages, which is also the navigation. */
    static final String CONTENTS = "docs/README.md";

    private static final List<String> OUTSIDE_DOCS =
            List.of("README.md", "SECURITY.md", "CHANGELOG.md", "examples/modules/README.md");

    private final Path root;
    private final Map<String, Page> pages = new LinkedHashMap<>();

    private Repository(Path root) {
        this.root = root;
    }

    /** Reads all pages below {@code root}: those in {@code docs}, and those that a code host wants elsewhere. */
    static Repository read(Path root) throws IOException {
        Repository repository = new Repository(root);
        Set<String> paths = new LinkedHashSet<>();
        for (String path : OUTSIDE_DOCS) {
            if (Files.exists(root.resolve(path))) {
                paths.add(path);
            }
        }
        try (Stream<Path> files = Files.list(root.resolve("docs"))) {
            files.map(file -> "docs/" + file.getFileName())
                    .filter(name -> name.endsWith(".md"))
                    .sorted()
                    .forEach(paths::add);
        }
        for (String path : paths) {
            repository.pages.put(path, Page.read(root, path));
        }
        return repository;
    }

    Path root() {
        return root;
    }

    /** All pages. */
    List<Page> pages() {
        return List.copyOf(pages.values());
    }

    /** The page at a path; empty if there is none. */
    Optional<Page> page(String path) {
        return Optional.ofNullable(pages.get(path));
    }

    /** True if {@code path} is a file or a folder of the repository. */
    boolean has(String path) {
        return Files.exists(root.resolve(path));
    }

    /** The pages' links that lead nowhere, one line each; and the pages that the list of pages lacks. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        Set<String> listed = new TreeSet<>();
        for (Page page : pages()) {
            for (String destination : page.links()) {
                if (destination.matches("https?://.*")) {
                    continue;
                }
                Target target = Target.of(page, destination);
                Optional<Page> other = page(target.path());
                if (!has(target.path())) {
                    faults.add(page.path() + ": " + destination + " is no file");
                } else if (!target.anchor().isEmpty()
                        && other.map(to -> !to.anchors().contains(target.anchor()))
                                .orElse(true)) {
                    faults.add(page.path() + ": " + destination + " is no heading there");
                }
                if (page.path().equals(CONTENTS)) {
                    listed.add(target.path());
                }
            }
        }
        pages.keySet().stream()
                .filter(path -> !path.equals(CONTENTS) && !listed.contains(path))
                .forEach(path -> faults.add(CONTENTS + ": has no link to " + path));
        return faults;
    }

    /**
     * Where a link of a page leads.
     *
     * @param path the file, relative to the repository's root
     * @param anchor the heading; empty if the link has none
     */
    record Target(String path, String anchor) {
        static Target of(Page page, String destination) {
            String[] parts = destination.split("#", 2);
            Path folder = Path.of("/" + page.path()).resolveSibling("");
            Path file = parts[0].isEmpty() ? Path.of("/" + page.path()) : folder.resolve(parts[0]);
            String path = Path.of("/").relativize(file.normalize()).toString().replace('\\', '/');
            return new Target(path, parts.length > 1 ? parts[1] : "");
        }
    }
}
