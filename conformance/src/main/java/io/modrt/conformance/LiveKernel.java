package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kernel that can be booted, as {@code run fetch} or {@code run kernel} left it.
 *
 * @param tag its name, for example {@code mipsel}
 * @param tree its modules: a folder {@code lib/modules/VERSION}
 * @param config its configuration
 */
record LiveKernel(String tag, Path tree, Path config) {

    /** The kernel of this name, its newest version; empty where it was neither fetched nor built. */
    static Optional<LiveKernel> find(String tag, Path cache) throws IOException {
        for (String where : List.of("debian", "kernels")) {
            Path base = cache.resolve("modrt").resolve(where).resolve(tag);
            Path modules = base.resolve("lib/modules");
            if (!Files.isDirectory(modules)) {
                continue;
            }
            try (Stream<Path> versions = Files.list(modules)) {
                Optional<LiveKernel> newest = versions.filter(Files::isDirectory)
                        .max(java.util.Comparator.naturalOrder())
                        .map(tree -> new LiveKernel(tag, tree, base.resolve("boot/config-" + tree.getFileName())));
                if (newest.isPresent()) {
                    return newest;
                }
            }
        }
        return Optional.empty();
    }
}
