package io.modrt.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The modules of one kernel.
 *
 * @param name what the results call it, such as {@code n64}
 * @param folder where it lies
 * @param modules its modules' files, in the order of their paths
 */
record Tree(String name, Path folder, List<Path> modules) {
    private static final Pattern MODULE = Pattern.compile(".*\\.ko(\\.gz|\\.xz|\\.zst)?");

    /** The tree in {@code folder}; empty if no module is there. */
    static Optional<Tree> in(String name, Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> modules = files.filter(
                            file -> MODULE.matcher(file.toString()).matches() && Files.isRegularFile(file))
                    .sorted()
                    .toList();
            return modules.isEmpty() ? Optional.empty() : Optional.of(new Tree(name, folder, modules));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The module of this name, such as {@code xfs}. */
    Optional<Path> module(String module) {
        return modules.stream()
                .filter(file -> file.getFileName().toString().startsWith(module + ".ko"))
                .findFirst();
    }
}
