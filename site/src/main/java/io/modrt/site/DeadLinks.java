package io.modrt.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds links of a folder with HTML that lead to no file or to no anchor of it. Links to other hosts are not followed. */
final class DeadLinks {
    private static final Pattern LINK = Pattern.compile("\\s(?:href|src)=\"([^\"]*)\"");
    private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");

    private final Path folder;
    private final Map<Path, Set<String>> anchors = new HashMap<>();

    private DeadLinks(Path folder) {
        this.folder = folder;
    }

    /** The dead links of all pages below {@code folder}, one line each. */
    static List<String> in(Path folder) throws IOException {
        DeadLinks links = new DeadLinks(folder);
        List<Path> pages;
        try (Stream<Path> files = Files.walk(folder)) {
            pages = files.filter(file -> file.toString().endsWith(".html"))
                    .sorted()
                    .toList();
        }
        List<String> dead = new ArrayList<>();
        for (Path page : pages) {
            links.check(page, dead);
        }
        return dead;
    }

    private void check(Path page, List<String> dead) throws IOException {
        Set<String> checked = new HashSet<>();
        Matcher links = LINK.matcher(Files.readString(page));
        while (links.find()) {
            String link = links.group(1);
            if (!link.matches("(?:https?|javascript|mailto|data):.*")
                    && checked.add(link)
                    && !leadsSomewhere(page, link)) {
                dead.add(folder.relativize(page) + ": " + link);
            }
        }
    }

    private boolean leadsSomewhere(Path page, String link) throws IOException {
        String[] parts = link.replace("&amp;", "&").replaceAll("\\?[^#]*", "").split("#", 2);
        Path file = parts[0].isEmpty()
                ? page
                : page.resolveSibling(decoded(parts[0])).normalize();
        if (!Files.isRegularFile(file) || !file.startsWith(folder)) {
            return false;
        }
        return parts.length < 2 || parts[1].isEmpty() || anchors(file).contains(decoded(parts[1]));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Set<String> anchors(Path file) throws IOException {
        Set<String> known = anchors.get(file);
        if (known == null) {
            known = new HashSet<>();
            Matcher found = ANCHOR.matcher(Files.readString(file));
            while (found.find()) {
                known.add(
                        found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
            }
            anchors.put(file, known);
        }
        return known;
    }
}
