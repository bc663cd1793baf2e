package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernels that {@code run kernel} has built: {@code modrt/kernels/TAG/lib/modules/VERSION} in the user's cache. */
final class BuiltKernels {
    private BuiltKernels() {}

    /** The tree of modules of the kernel {@code tag}, for example {@code pa32}; empty if it was not built. */
    static Optional<Path> tree(String tag) throws IOException {
        Path modules =
                DebianKernels.cache().resolve("modrt/kernels").resolve(tag).resolve("lib/modules");
        if (!Files.isDirectory(modules)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(modules)) {
            return versions.filter(Files::isDirectory).sorted().findFirst();
        }
    }
}
