package io.modrt.benchmarks;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A tree with the files that its measurements need.
 *
 * @param list a file with the path of a module in each line
 * @param exports the kernel's symbols
 * @param relocations how many entries the loaded sections of all modules have
 */
record Prepared(Tree tree, Path list, Path exports, long relocations) {
    /** Where the trees are below the cache folder: as {@code conformance/run fetch} and {@code kernel} put them there. */
    private static final Map<String, String> FOLDERS = Map.of(
            "o32", "debian/mipsel",
            "n64", "debian/mips64el",
            "arm64", "debian/arm64",
            "pa32", "kernels/pa32",
            "pa64", "kernels/pa64");

    /** Prepares the tree of this name in {@code folder}; empty if it was not fetched or built. */
    static Optional<Prepared> of(String name, Path cache, Path folder) throws IOException {
        Path where = cache.resolve(FOLDERS.getOrDefault(name, name)).resolve("lib/modules");
        Optional<Tree> tree = Tree.in(name, where);
        if (tree.isEmpty()) {
            return Optional.empty();
        }
        Files.createDirectories(folder);
        Path list = folder.resolve(name + ".list");
        Path exports = folder.resolve(name + ".exports");
        Files.write(list, tree.get().modules().stream().map(Path::toString).toList());
        Exports.write(tree.get(), exports);
        long relocations = 0;
        for (Path module : tree.get().modules()) {
            relocations += relocations(module);
        }
        return Optional.of(new Prepared(tree.get(), list, exports, relocations));
    }

    /** How many relocation entries the loaded sections of a module have. */
    static long relocations(Path module) {
        return ModuleFile.open(module).elf().relocationSections().stream()
                .filter(entries -> isLoaded(entries.target()))
                .mapToLong(RelocationSection::count)
                .sum();
    }

    private static boolean isLoaded(Section section) {
        return section.isAllocated() && !section.isNamed(".modinfo") && !section.isNamed("__versions");
    }

    String name() {
        return tree.name();
    }

    /** The folder {@code lib/modules/VERSION}. */
    Path version() {
        Path root = tree.folder();
        return root.resolve(root.relativize(tree.modules().get(0)).getName(0));
    }
}
