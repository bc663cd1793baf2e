package io.modrt.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The numbers of relocation types by their names in the psABIs. They are read from a list, so that no port's table decides them. */
final class RelocationNames {
    private static final String LIST = "/io/modrt/testkit/relocations.txt";
    private static final Map<Integer, Map<String, Integer>> BY_MACHINE = read();

    private RelocationNames() {}

    private static Map<Integer, Map<String, Integer>> read() {
        Map<Integer, Map<String, Integer>> machines = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(RelocationNames.class.getResourceAsStream(LIST), LIST);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line : lines.lines().filter(row -> !row.startsWith("#")).toList()) {
                String[] row = line.split(" ", -1);
                machines.computeIfAbsent(Integer.valueOf(row[0]), machine -> new TreeMap<>())
                        .put(row[2], Integer.valueOf(row[1]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(LIST, e);
        }
        return machines;
    }

    /**
     * The number of a type.
     *
     * @throws IllegalArgumentException if the machine has no type of this name; the message has those that are spelt alike
     */
    static int number(int machine, String name) {
        Map<String, Integer> types = BY_MACHINE.getOrDefault(machine, Map.of());
        Integer number = types.get(name);
        if (number != null) {
            return number;
        }
        if (types.isEmpty()) {
            throw new IllegalArgumentException(
                    name + ": the names of machine " + machine + "'s relocation types are not known; give the number");
        }
        String end = name.substring(name.lastIndexOf('_') + 1);
        List<String> alike = types.keySet().stream()
                .filter(type -> type.contains(end) || name.startsWith(type))
                .limit(8)
                .toList();
        throw new IllegalArgumentException("machine " + machine + " has no relocation type " + name + "; "
                + (alike.isEmpty()
                        ? "its types are called like "
                                + types.keySet().iterator().next()
                        : "it has " + String.join(", ", alike)));
    }
}
