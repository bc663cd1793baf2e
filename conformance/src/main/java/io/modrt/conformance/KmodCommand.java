package io.modrt.conformance;

import io.modrt.tree.DepmodConfig;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code kmod [TREE…]}: each tree through {@code depmod} and {@code modprobe}. All files that depmod writes must be equal byte for byte; what
 * is inserted for every module, and what drawn names and aliases mean, must be what modprobe says, with and without a configuration.
 */
final class KmodCommand {
    private static final Set<String> KEPT =
            Set.of("modules.order", "modules.builtin", "modules.builtin.modinfo", "modules.builtin.ranges");

    private final List<Path> trees;
    private final PrintStream out;
    private int failures;

    KmodCommand(List<Path> trees, PrintStream out) {
        this.trees = trees;
        this.out = out;
    }

    /** Runs it; returns whether nothing differs. */
    boolean run() throws IOException {
        for (Path tree : trees) {
            try (TemporaryFolder scratch = TemporaryFolder.of("modrt-kmod")) {
                compare(tree, scratch.path().toRealPath());
            }
        }
        out.println("conformance: kmod " + trees.size() + " trees, " + failures + " differences");
        return failures == 0 && !trees.isEmpty();
    }

    private void compare(Path tree, Path scratch) throws IOException {
        String release = String.valueOf(tree.toRealPath().getFileName());
        Path folder = Files.createDirectories(scratch.resolve("lib/modules").resolve(release));
        Path empty = Files.createDirectory(scratch.resolve("no-configuration"));
        link(tree.toRealPath(), folder);
        Path ours = Files.createDirectory(scratch.resolve("ours"));
        long start = System.nanoTime();
        ModuleTree unlisted = ModuleTree.open(folder, DepmodConfig.none());
        unlisted.depmod(ours);
        long millis = (System.nanoTime() - start) / 1_000_000;
        Tool.Result depmod =
                Tool.run(scratch, List.of("depmod", "-b", scratch.toString(), "-C", empty.toString(), release));
        if (depmod.status() != 0) {
            fail(tree + ": depmod: " + depmod.text());
        }
        List<String> equal = new ArrayList<>();
        for (String name : written(folder)) {
            Path mine = ours.resolve(name);
            long at = Files.exists(mine) ? Files.mismatch(mine, folder.resolve(name)) : 0;
            if (at < 0) {
                equal.add(name);
            } else {
                fail(tree + ": " + name + " differs at byte " + at);
            }
        }
        out.printf(
                "%s: %d modules, depmod in %d ms; equal: %s%n",
                tree, unlisted.names().size(), millis, equal);
        ModprobeComparison modprobe = new ModprobeComparison(folder, scratch, this::fail);
        out.println(tree + ": " + modprobe.everyModule(unlisted, empty));
        out.println(tree + ": without a configuration: " + modprobe.drawnNames(empty));
        out.println(tree + ": with one: " + modprobe.drawnNames(modprobe.configuration()));
    }

    /** Links what lies in {@code tree}, except what depmod writes and a kernel's tree beside the modules. */
    private static void link(Path tree, Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                boolean isKept = KEPT.contains(name) || !name.startsWith("modules.");
                if (isKept && !Set.of("build", "source").contains(name)) {
                    Files.createSymbolicLink(folder.resolve(name), entry);
                }
            }
        }
    }

    private static Set<String> written(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "modules.*")) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        }
        names.removeAll(KEPT);
        return names;
    }

    private void fail(String what) {
        failures++;
        out.println("DIFFERS  " + what);
    }
}
