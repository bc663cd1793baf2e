package io.modrt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of pages that are made of code. A page has each between {@code <!-- generated: NAME -->} and {@code <!-- end of NAME -->}; a test
 * compares them. With {@code -Dpages.refresh} the test writes them instead.
 */
final class Generated {
    private static final Pattern PART =
            Pattern.compile("(?s)(<!-- generated: ([\\w-]+) -->\n)(.*?)(<!-- end of \\2 -->)");

    private final Map<String, String> parts = new TreeMap<>();

    /** All that can be made. */
    Generated() {
        RelocationTypes.tables()
                .forEach((family, table) -> parts.put("relocation-types-" + family.toLowerCase(Locale.ROOT), table));
        parts.put("load-phases", LoadPhases.table());
    }

    /** Files that are made whole, by their path in the repository. */
    static Map<String, String> files() {
        return Map.of("docs/load-phases.svg", LoadPhases.svg());
    }

    /** The text of a page as it should be. */
    String refreshed(Page page) {
        return PART.matcher(page.text()).replaceAll(match -> {
            String part = parts.get(match.group(2));
            if (part == null) {
                throw new IllegalArgumentException(
                        page.path() + ": " + match.group(2) + " is none of " + parts.keySet());
            }
            return Matcher.quoteReplacement(match.group(1) + part + match.group(4));
        });
    }

    /** Writes what differs, and returns the paths of those files. */
    List<String> refresh(Repository repository) throws IOException {
        List<String> changed = new ArrayList<>();
        for (Page page : repository.pages()) {
            write(repository.root(), page.path(), page.text(), refreshed(page), changed);
        }
        for (Map.Entry<String, String> file : files().entrySet()) {
            Path path = repository.root().resolve(file.getKey());
            String text = Files.exists(path) ? Files.readString(path) : "";
            write(repository.root(), file.getKey(), text, file.getValue(), changed);
        }
        return changed;
    }

    private static void write(Path root, String path, String is, String shall, List<String> changed)
            throws IOException {
        if (!is.equals(shall)) {
            Files.writeString(root.resolve(path), shall);
            changed.add(path);
        }
    }
}
