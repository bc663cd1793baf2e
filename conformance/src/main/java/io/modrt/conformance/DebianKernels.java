package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The modules of Debian's kernels, as {@code run fetch} leaves them: {@code modrt/debian/ARCH/lib/modules/VERSION} in the user's cache. */
final class DebianKernels {
    private static final List<String> ARCHITECTURES = List.of("mipsel", "mips64el");

    private DebianKernels() {}

    /** The user's cache: {@code $XDG_CACHE_HOME}, or {@code .cache} in the user's folder. */
    static Path cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        return cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    }

    /** The trees that are in {@code cache}, one an architecture at most. */
    static List<Path> trees(Path cache) throws IOException {
        List<Path> trees = new ArrayList<>();
        for (String architecture : ARCHITECTURES) {
            Path modules = cache.resolve("modrt/debian").resolve(architecture).resolve("lib/modules");
            if (Files.isDirectory(modules)) {
                try (Stream<Path> versions = Files.list(modules)) {
                    versions.filter(Files::isDirectory).forEach(trees::add);
                }
            }
        }
        return trees;
    }
}
