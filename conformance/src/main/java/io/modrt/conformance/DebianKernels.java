package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    /** The trees for MIPS that are in {@code cache}, one an architecture at most. */
    static List<Path> trees(Path cache) throws IOException {
        List<Path> trees = new ArrayList<>();
        for (String architecture : ARCHITECTURES) {
            tree(cache, architecture).ifPresent(trees::add);
        }
        return trees;
    }

    /** The tree of the kernel {@code tag}, for example {@code arm64}, in {@code cache}; empty where it was not fetched. */
    static Optional<Path> tree(Path cache, String tag) throws IOException {
        Path modules = cache.resolve("modrt/debian").resolve(tag).resolve("lib/modules");
        if (!Files.isDirectory(modules)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(modules)) {
            return versions.filter(Files::isDirectory).sorted().findFirst();
        }
    }
}
