package io.modrt.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code live TAG…}: boots kernels, lets them insert modules, captures their memory, and compares it. */
final class LiveCommand {
    private final Path rig;
    private final Path cache;
    private final Path reports;
    private final PrintStream out;
    private final List<ModuleComparison> all = new ArrayList<>();

    /**
     * @param rig the folder with the script that captures
     * @param cache the folder with the kernels
     * @param reports the folder for captures and pages
     */
    LiveCommand(Path rig, Path cache, Path reports, PrintStream out) {
        this.rig = rig;
        this.cache = cache;
        this.reports = reports;
        this.out = out;
    }

    /**
     * The modules that a kernel inserts: named ones, a random choice, or a fixed choice.
     *
     * @param modules their names; none for another choice
     * @param random the number to draw; empty for the fixed choice
     * @param seed of the random choice
     */
    record Choice(List<String> modules, OptionalInt random, long seed) {

        /** Parses {@code MODULE…}, or {@code --random N --seed S} in either order, or nothing. */
        static Choice of(List<String> words) {
            List<String> modules = new ArrayList<>();
            OptionalInt random = OptionalInt.empty();
            long seed = 0;
            for (int i = 0; i < words.size(); i++) {
                switch (words.get(i)) {
                    case "--random" -> random = OptionalInt.of(Integer.parseInt(argument(words, ++i)));
                    case "--seed" -> seed = Long.parseLong(argument(words, ++i));
                    default -> modules.add(words.get(i));
                }
            }
            if (random.isPresent() && !modules.isEmpty()) {
                throw new IllegalArgumentException("either modules or --random, not " + words);
            }
            return new Choice(modules, random, seed);
        }

        private static String argument(List<String> words, int index) {
            if (index >= words.size()) {
                throw new IllegalArgumentException(words.get(index - 1) + " wants a number");
            }
            return words.get(index);
        }

        /** The names of the modules; random ones are drawn from {@code known} and sorted. */
        List<String> names(List<String> known) {
            if (random.isEmpty()) {
                return modules;
            }
            List<String> shuffled = new ArrayList<>(known);
            Collections.sort(shuffled);
            Collections.shuffle(shuffled, new Random(seed));
            return shuffled.subList(0, Math.min(random.getAsInt(), shuffled.size()));
        }
    }

    /** Runs the command for each tag; returns whether every word was explained. */
    boolean run(List<String> tags, Choice choice) throws IOException, InterruptedException {
        boolean isWell = true;
        for (String tag : tags) {
            out.println("== " + tag);
            isWell &= run(tag, choice);
        }
        if (tags.size() > 1) {
            out.println(CompareCommand.closing(all));
        }
        return isWell;
    }

    private boolean run(String tag, Choice choice) throws IOException, InterruptedException {
        List<String> names = choice.names(
                choice.random().isPresent()
                        ? text(capture(tag, "--modules")).lines().toList()
                        : List.of());
        Path folder = reports.resolve("live").resolve(tag);
        List<String> command = capture(tag, folder.toString());
        command.addAll(names);
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            out.println("conformance: " + tag + " was not captured; the consoles' text is in " + folder);
            return false;
        }
        List<Path> dumps;
        try (Stream<Path> files = Files.list(folder)) {
            dumps = files.filter(file -> file.toString().endsWith(".dump"))
                    .sorted()
                    .toList();
        }
        long start = System.nanoTime();
        CompareCommand compare = new CompareCommand(dumps, tree(tag, dumps), reports.resolve("compare"), out);
        List<ModuleComparison> comparisons = compare.compare();
        tellOfInsertions(compare.dumps(), names);
        out.printf("compared in %.1f s%n", (System.nanoTime() - start) / 1e9);
        CompareCommand.shares(comparisons).forEach(out::println);
        out.println(CompareCommand.closing(comparisons));
        all.addAll(comparisons);
        return CompareCommand.isWell(comparisons);
    }

    private void tellOfInsertions(List<KernelDump> dumps, List<String> names) {
        Set<String> accepted = new HashSet<>();
        Map<String, String> refused = new TreeMap<>();
        for (KernelDump dump : dumps) {
            dump.fell().ifPresent(step -> out.println("the kernel died or hung at: " + step));
            dump.insertions().forEach((module, errno) -> {
                if (errno.equals("0")) {
                    accepted.add(module);
                } else {
                    refused.put(module, errno);
                }
            });
        }
        refused.forEach((module, errno) -> out.println("the kernel refused " + module + ": " + errno));
        if (!names.isEmpty()) {
            long of = names.stream()
                    .filter(name -> accepted.contains(name.replace('-', '_')))
                    .count();
            out.println("accepted " + of + " of " + names.size() + " modules, and what they need: " + accepted.size()
                    + " in all");
        }
    }

    private List<String> capture(String tag, String argument) {
        return new ArrayList<>(List.of(rig.resolve("capture").toString(), tag, argument));
    }

    static String text(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
        return text;
    }

    /** The modules of the kernel that was captured. */
    private Path tree(String tag, List<Path> dumps) throws IOException {
        String release = KernelDump.read(dumps.get(0)).release();
        for (Path folder : LiveKernel.folders(tag, cache)) {
            Path tree = folder.resolve("lib/modules").resolve(release);
            if (Files.isDirectory(tree)) {
                return tree;
            }
        }
        throw new IOException("no modules of " + release + " for " + tag + " below " + cache);
    }
}
