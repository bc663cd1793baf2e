package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A kernel that {@code run fetch} or {@code run kernel} has brought and that can be booted.
 *
 * @param tag the boot, for example {@code mipsel}, or {@code arm64-kaslr}, which is another boot of the kernel {@code arm64}
 * @param tree its modules: a folder {@code lib/modules/VERSION}
 * @param config its configuration
 */
record LiveKernel(String tag, Path tree, Path config) {

    /** The endings of tags that are another boot of a kernel: at a random base, or on a processor with an erratum. */
    private static final Pattern VARIANT = Pattern.compile("-(?:kaslr|843419)$");

    /** The folders below {@code cache} that may hold the kernel of this tag, if it was fetched and if it was built. */
    static List<Path> folders(String tag, Path cache) {
        String name = VARIANT.matcher(tag).replaceFirst("");
        return List.of(
                cache.resolve("modrt/debian").resolve(name),
                cache.resolve("modrt/kernels").resolve(name));
    }

    /** The newest version of the kernel of this tag; empty if it was neither fetched nor built. */
    static Optional<LiveKernel> find(String tag, Path cache) throws IOException {
        for (Path base : folders(tag, cache)) {
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
