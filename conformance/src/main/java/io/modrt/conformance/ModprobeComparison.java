package io.modrt.conformance;

import io.modrt.error.StateException;
import io.modrt.tree.Insertion;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModprobeConfig;
import io.modrt.tree.ModuleGraph;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What names mean, and what is inserted for them, as modrt and as {@code modprobe} say it. */
final class ModprobeComparison {
    private static final int NAMES = 1000;
    private static final int OF_CONFIGURATION = 40;

    private final Path folder;
    private final Path scratch;
    private final Consumer<String> fail;

    /**
     * Compares by the lists that depmod wrote into {@code folder}.
     *
     * @param scratch the folder in which {@code lib/modules} is
     */
    ModprobeComparison(Path folder, Path scratch, Consumer<String> fail) {
        this.folder = folder;
        this.scratch = scratch;
        this.fail = fail;
    }

    /** What modprobe prints, with one blank between words and each line once: it may list a module twice, and inserts it once. */
    private List<String> modprobe(Path configuration, String option, String name) {
        String release = String.valueOf(folder.getFileName());
        Tool.Result result = Tool.run(
                scratch,
                List.of(
                        "modprobe",
                        "-d",
                        scratch.toString(),
                        "-S",
                        release,
                        "-C",
                        configuration.toString(),
                        option,
                        name));
        return result.status() != 0
                ? List.of("nothing")
                : result.text().lines().map(String::strip).distinct().toList();
    }

    private static List<String> insertions(Modprobe modprobe, String name) throws IOException {
        try {
            return modprobe.insertions(name).stream().map(Insertion::toString).toList();
        } catch (StateException none) {
            return List.of("nothing");
        }
    }

    private boolean compare(String what, List<String> ours, List<String> theirs) {
        if (!ours.equals(theirs)) {
            fail.accept(what + ": modprobe has " + theirs + ", modrt " + ours);
        }
        return ours.equals(theirs);
    }

    /** Compares what is inserted for every module: by depmod's lists the same steps; without any list the same set, in a legal order. */
    String everyModule(ModuleTree unlisted, Path empty) throws IOException {
        Modprobe modprobe = Modprobe.of(ModuleTree.open(folder), ModprobeConfig.none());
        Modprobe unaided = Modprobe.of(bare(unlisted), ModprobeConfig.none());
        ModuleGraph symbols = unlisted.graphOfSymbols();
        int same = 0;
        int legal = 0;
        for (String name : unlisted.names()) {
            List<String> steps = insertions(modprobe, name);
            same += compare("--show-depends " + name, steps, modprobe(empty, "--show-depends", name)) ? 1 : 0;
            List<Insertion> computed = unaided.insertions(name);
            boolean isSet = modules(computed).equals(modules(modprobe.insertions(name)));
            legal += isSet && isLegal(computed, symbols) ? 1 : 0;
        }
        if (legal < unlisted.names().size()) {
            fail.accept("without lists " + (unlisted.names().size() - legal)
                    + " modules bring another set, or one in front of a module that it needs");
        }
        return same + " of " + unlisted.names().size() + " modules are inserted as by modprobe --show-depends";
    }

    /** The tree behind a link, without any list but those of what is built in: modrt computes what it needs. */
    private ModuleTree bare(ModuleTree unlisted) throws IOException {
        Path bare = Files.createDirectories(scratch.resolve("bare").resolve(String.valueOf(folder.getFileName())));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(unlisted.folder())) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.startsWith("modules.") || name.startsWith("modules.builtin") && !name.endsWith(".bin")) {
                    Files.createSymbolicLink(bare.resolve(name), entry);
                }
            }
        }
        return ModuleTree.open(bare);
    }

    private static Set<String> modules(List<Insertion> steps) {
        return new HashSet<>(steps.stream().map(Insertion::module).toList());
    }

    private static boolean isLegal(List<Insertion> steps, ModuleGraph graph) {
        Set<String> before = new HashSet<>();
        for (Insertion step : steps) {
            before.add(step.module());
            if (step.kind() == Insertion.Kind.FILE && !before.containsAll(graph.needs(step.module()))) {
                return false;
            }
        }
        return true;
    }

    /** Compares the meaning and the insertions of drawn names and aliases. */
    String drawnNames(Path configuration) throws IOException {
        ModuleTree tree = ModuleTree.open(folder);
        Modprobe modprobe = Modprobe.of(tree, ModprobeConfig.of(List.of(configuration)));
        DrawnNames drawn = new DrawnNames(folder, configuration, new Random(Draw.SEED));
        int found = 0;
        int same = 0;
        for (String name : drawn.names(NAMES)) {
            List<String> meaning = modprobe.resolve(name);
            List<String> theirs = modprobe(configuration, "-R", name);
            boolean isSame = compare("-R " + name, meaning.isEmpty() ? List.of("nothing") : meaning, theirs);
            isSame &= compare(
                    "--show-depends " + name,
                    insertions(modprobe, name),
                    modprobe(configuration, "--show-depends", name));
            found += meaning.isEmpty() ? 0 : 1;
            same += isSame ? 1 : 0;
        }
        return same + " of " + NAMES + " names mean and bring the same, " + found + " of them something";
    }

    /** Draws a configuration with every command that modrt knows, for modules of the tree. */
    Path configuration() throws IOException {
        Path place = Files.createDirectory(scratch.resolve("configuration"));
        Random random = new Random(Draw.SEED);
        List<String> names = new ArrayList<>(ModuleTree.open(folder).names());
        StringBuilder text = new StringBuilder("# drawn\n");
        Set<String> used = new TreeSet<>();
        for (int i = 0; i < OF_CONFIGURATION; i++) {
            String module = names.get(random.nextInt(names.size()));
            String other = names.get(random.nextInt(names.size())).replace('_', '-');
            String third = names.get(random.nextInt(names.size()));
            if (!used.add(module)) {
                continue;
            }
            text.append("alias drawn-").append(i).append(" ").append(other).append('\n');
            text.append("alias drawn-").append(i).append("-* ").append(module).append('\n');
            switch (i % 6) {
                case 0 -> text.append("blacklist ").append(module).append('\n');
                case 1 ->
                    text.append("options ")
                            .append(module)
                            .append(" a=")
                            .append(i)
                            .append(" \\\n   b\n");
                case 2 -> text.append("install ").append(module).append(" /bin/false " + module + " $CMDLINE_OPTS\n");
                case 3 ->
                    text.append("softdep ")
                            .append(module)
                            .append(" pre: ")
                            .append(other)
                            .append(" absent post: ")
                            .append(third)
                            .append('\n');
                case 4 ->
                    text.append("alias ")
                            .append(module)
                            .append(' ')
                            .append(other)
                            .append("\noptions drawn-")
                            .append(i)
                            .append(" c=\"two words\"\n");
                default ->
                    text.append("remove ")
                            .append(module)
                            .append(" /bin/false\nsoftdep ")
                            .append(other)
                            .append(" post: ")
                            .append(module)
                            .append('\n');
            }
        }
        Files.writeString(place.resolve("drawn.conf"), text, StandardCharsets.ISO_8859_1);
        return place;
    }
}
