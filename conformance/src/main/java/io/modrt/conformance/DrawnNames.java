package io.modrt.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Names to ask {@code modprobe} for: module names, aliases with their wildcards filled in, symbols, built-in modules and aliases, those of a
 * configuration, and names that are nearly one of these. Dashes and underscores change places.
 */
final class DrawnNames {
    private static final String FILLING = "0123456789abcdefABCDEFxyz_-.:*?/";

    private final Random random;
    private final List<List<String>> sources = new ArrayList<>();

    DrawnNames(Path folder, Path configuration, Random random) throws IOException {
        this.random = random;
        List<String> aliases = second(folder.resolve("modules.alias"));
        sources.add(names(folder.resolve("modules.dep")));
        sources.add(aliases);
        sources.add(aliases);
        sources.add(second(folder.resolve("modules.symbols")));
        sources.add(names(folder.resolve("modules.builtin")));
        sources.add(builtInAliases(folder.resolve("modules.builtin.modinfo")));
        sources.add(second(configuration.resolve("drawn.conf")));
        sources.add(second(configuration.resolve("drawn.conf")));
        sources.removeIf(List::isEmpty);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
    }

    private static List<String> second(Path list) throws IOException {
        return lines(list).stream()
                .filter(line -> !line.startsWith("#") && line.contains(" ") && !line.startsWith(" "))
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private static List<String> names(Path list) throws IOException {
        return lines(list).stream()
                .map(line -> line.replaceAll(":.*", "").replaceAll(".*/|\\.ko.*", ""))
                .toList();
    }

    private static List<String> builtInAliases(Path modinfo) throws IOException {
        return Files.exists(modinfo)
                ? Arrays.stream(Files.readString(modinfo, StandardCharsets.ISO_8859_1)
                                .split("\0"))
                        .filter(string -> string.contains(".alias="))
                        .map(string -> string.substring(string.indexOf('=') + 1))
                        .toList()
                : List.of();
    }

    /** Draws {@code count} names. */
    List<String> names(int count) {
        List<String> names = new ArrayList<>();
        while (names.size() < count) {
            List<String> source = sources.get(random.nextInt(sources.size()));
            String name = filled(source.get(random.nextInt(source.size())));
            if (random.nextInt(20) == 0 && !name.isEmpty()) {
                name = name.substring(0, random.nextInt(name.length()) + 1);
            }
            if (!name.isEmpty() && !name.startsWith("-")) {
                names.add(name);
            }
        }
        return names;
    }

    private String filled(String pattern) {
        StringBuilder name = new StringBuilder();
        boolean isKept = random.nextInt(20) == 0;
        for (int at = 0; at < pattern.length(); at++) {
            char c = pattern.charAt(at);
            int end = pattern.indexOf(']', at);
            if (isKept || "*?[-_".indexOf(c) < 0) {
                name.append(c);
            } else if (c == '*') {
                for (int i = random.nextInt(5); i > 0; i--) {
                    name.append(filling());
                }
            } else if (c == '?') {
                name.append(filling());
            } else if (c == '[' && end > at) {
                name.append(pattern.charAt(at + 1));
                at = end;
            } else {
                name.append(random.nextBoolean() ? '-' : '_');
            }
        }
        return name.toString();
    }

    private char filling() {
        return FILLING.charAt(random.nextInt(FILLING.length()));
    }
}
