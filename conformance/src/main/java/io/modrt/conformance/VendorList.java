package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list of vendors' modules that public repositories hold. A heading, {@code # Vendor: what the modules are}, stands before the lines of
 * a vendor; a line has a module's SHA-256, repository, commit and path.
 */
final class VendorList {
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) (\\S+/\\S+) [0-9a-f]{40} (\\S+)");
    private static final Pattern HEADING = Pattern.compile("# ([^:]+): .*");

    private final Map<String, Entry> bySha256 = new HashMap<>();

    /**
     * A module.
     *
     * @param vendor whose device has it
     * @param repository the owner and the name
     * @param path the file's path in the repository
     */
    record Entry(String vendor, String repository, String path) {}

    private VendorList() {}

    /**
     * Reads the list.
     *
     * @throws IOException if it cannot be read, or a line is malformed
     */
    static VendorList read(Path file) throws IOException {
        VendorList list = new VendorList();
        String vendor = "";
        for (String text : Files.readAllLines(file)) {
            Matcher heading = HEADING.matcher(text);
            Matcher line = LINE.matcher(text);
            if (heading.matches()) {
                vendor = heading.group(1);
            } else if (line.matches()) {
                list.bySha256.put(line.group(1), new Entry(vendor, line.group(2), line.group(3)));
            } else if (!text.isBlank() && !text.startsWith("#")) {
                throw new IOException(file + ": not a SHA-256, a repository, a commit and a path: " + text);
            }
        }
        return list;
    }

    /** The module with this SHA-256. */
    Optional<Entry> find(String sha256) {
        return Optional.ofNullable(bySha256.get(sha256));
    }

    /** The modules that are not among those with these SHA-256. */
    List<Entry> others(List<String> sha256) {
        Map<String, Entry> others = new HashMap<>(bySha256);
        sha256.forEach(others::remove);
        return new ArrayList<>(others.values());
    }
}
