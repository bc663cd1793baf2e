package io.modrt.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the command line asks for. */
record Options(
        Set<Part> parts,
        List<String> trees,
        boolean isShort,
        Path cache,
        Path output,
        Optional<Path> programs,
        Optional<Path> docs,
        Optional<Path> from,
        List<String> jvm) {

    /** What can be measured. */
    enum Part {
        /** One module, whole and step by step. */
        LOAD,
        /** All modules of a tree, with one thread and two. */
        TREE,
        /** What loads allocate. */
        MEMORY,
        /** The kernel's own code. */
        C,
        /** Switches of call sites. */
        TRACE,
        /** What is at an address. */
        LOOKUP,
        /** Memory against files. */
        VERIFY,
        /** Images of a machine's memory. */
        IMAGE,
        /** Whole processes. */
        PROCESS,
        /** Made-up modules of growing size. */
        SCALING
    }

    static final List<String> ALL_TREES = List.of("o32", "n64", "pa32", "pa64", "arm64");

    /** Reads the command line; words that are no options name parts. */
    static Options of(String... arguments) {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        List<String> trees = ALL_TREES;
        boolean isShort = false;
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "modrt");
        Path output = Path.of("benchmarks", "target", "results");
        Optional<Path> programs = Optional.empty();
        Optional<Path> docs = Optional.empty();
        Optional<Path> from = Optional.empty();
        List<String> jvm = List.of("-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-Xms3g", "-Xmx3g", "-Xmn2g");
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        while (!rest.isEmpty()) {
            String word = rest.remove(0);
            switch (word) {
                case "--all" -> parts.addAll(EnumSet.allOf(Part.class));
                case "--short" -> isShort = true;
                case "--trees" -> trees = List.of(value(word, rest).split(","));
                case "--cache" -> cache = Path.of(value(word, rest));
                case "--output" -> output = Path.of(value(word, rest));
                case "--programs" -> programs = Optional.of(Path.of(value(word, rest)));
                case "--docs" -> docs = Optional.of(Path.of(value(word, rest)));
                case "--from" -> from = Optional.of(Path.of(value(word, rest)));
                case "--jvm" -> jvm = List.of(value(word, rest).split(" "));
                default -> parts.add(part(word));
            }
        }
        if (parts.isEmpty()) {
            parts.addAll(EnumSet.allOf(Part.class));
        }
        return new Options(parts, trees, isShort, cache, output, programs, docs, from, jvm);
    }

    private static String value(String option, List<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + ": needs a value");
        }
        return rest.remove(0);
    }

    private static Part part(String word) {
        return Arrays.stream(Part.values())
                .filter(part -> word.equals(part.name().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(word + ": neither an option nor one of "
                        + Arrays.toString(Part.values()).toLowerCase(Locale.ROOT)));
    }
}
