package io.modrt.benchmarks;

import io.modrt.benchmarks.Jmh.Outcome;
import io.modrt.benchmarks.Options.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.runner.RunnerException;

/** Measures what the options ask for. */
final class Run {
    private static final List<String> MODULES = List.of("xfs", "btrfs");
    /** The tree whose modules stand for all where the machine makes no difference. */
    private static final String USUAL = "n64";

    private final Options options;
    private final Path folder;
    private final Jmh jmh;
    private final Program program;
    private final Results results = new Results();
    private final Path raw;

    Run(Options options) {
        this.options = options;
        this.raw = options.output().resolve("results.csv");
        this.folder = options.output().resolve("work").toAbsolutePath();
        this.jmh = new Jmh(options.jvm(), options.isShort());
        this.program = new Program(folder.resolve("program.log"));
    }

    /** Measures, and returns the figures. */
    Results run() throws IOException, InterruptedException, RunnerException {
        for (String name : options.trees()) {
            Optional<Prepared> tree = Prepared.of(name, options.cache(), folder);
            if (tree.isEmpty()) {
                System.err.println(name + ": no modules below " + options.cache() + "; left out");
                continue;
            }
            run(tree.get());
        }
        if (options.parts().contains(Part.SCALING)) {
            scaling();
        }
        return results;
    }

    private boolean wants(Part part, Prepared tree) {
        if (options.parts().contains(part)) {
            System.err.println(part.name().toLowerCase(Locale.ROOT) + " " + tree.name());
            return true;
        }
        return false;
    }

    private void run(Prepared tree) throws IOException, InterruptedException, RunnerException {
        if (wants(Part.C, tree) && options.programs().isPresent()) {
            kernelC(tree, options.programs().get());
        }
        if (wants(Part.TREE, tree)) {
            tree(tree);
        }
        if (wants(Part.LOAD, tree)) {
            for (String module : MODULES) {
                load(tree, module);
            }
        }
        if (wants(Part.MEMORY, tree)) {
            memory(tree);
        }
        if (wants(Part.TRACE, tree)) {
            trace(tree);
        }
        if (wants(Part.PROCESS, tree)) {
            processes(tree);
        }
        if (tree.name().equals(USUAL)) {
            if (wants(Part.IMAGE, tree)) {
                image(tree);
            }
            lookups(tree);
        }
    }

    private void add(Measure measure) {
        results.add(measure);
        try { // why: a part that fails must not lose the figures of those before it
            Files.writeString(raw, results.csv());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        System.err.println("  " + measure.csv());
    }

    private void add(
            Part part, String tree, String subject, String step, String unit, double least, double middle, long items) {
        add(new Measure(
                part.name().toLowerCase(Locale.ROOT), tree, subject, step, unit, least, middle, Math.max(1, items)));
    }

    private void add(Part part, Prepared tree, String subject, String step, Outcome outcome, long items) {
        add(part, tree.name(), subject, step, "ns", outcome.minimum(), outcome.median(), items);
    }

    private void steps(Part part, Prepared tree, String subject, Outcome outcome, long items) {
        for (TimedLoad.Step step : TimedLoad.Step.values()) {
            add(part, tree, subject, step.key(), outcome.counter(step.key()), items);
        }
    }

    private void add(Part part, Prepared tree, String subject, String step, List<Double> times, long items) {
        add(part, tree.name(), subject, step, "ns", times.get(0), times.get(times.size() / 2), items);
    }

    private void allocation(Part part, Prepared tree, String subject, Outcome outcome, long items) {
        outcome.allocatedBytes()
                .ifPresent(bytes -> add(part, tree.name(), subject, "allocation", "bytes", bytes, bytes, items));
    }

    private Map<String, String> parameters(Prepared tree, String... more) {
        Map<String, String> parameters =
                new HashMap<>(Map.of("exports", tree.exports().toString()));
        for (int i = 0; i < more.length; i += 2) {
            parameters.put(more[i], more[i + 1]);
        }
        return parameters;
    }

    private void load(Prepared tree, String name) throws RunnerException {
        Optional<Path> module = tree.tree().module(name);
        if (module.isEmpty()) {
            return;
        }
        long relocations = Prepared.relocations(module.get());
        Map<String, String> parameters = parameters(tree, "module", module.get().toString());
        Outcome whole = jmh.timed(LoadBenchmark.class, "whole", parameters);
        add(Part.LOAD, tree, name, "whole", whole, relocations);
        allocation(Part.LOAD, tree, name, whole, relocations);
        add(Part.LOAD, tree, name, "by path", jmh.timed(LoadBenchmark.class, "byPath", parameters), relocations);
        steps(Part.LOAD, tree, name, jmh.timed(LoadBenchmark.class, "steps", parameters), relocations);
    }

    private void tree(Prepared tree) throws RunnerException {
        Map<String, String> parameters = parameters(tree, "list", tree.list().toString());
        Outcome whole = passes(tree, "whole", parameters);
        add(Part.TREE, tree, "tree", "whole", whole, tree.relocations());
        allocation(Part.TREE, tree, "tree", whole, tree.tree().modules().size());
        add(Part.TREE, tree, "tree", "by path", passes(tree, "byPath", parameters), tree.relocations());
        steps(Part.TREE, tree, "tree", passes(tree, "steps", parameters), tree.relocations());
        Outcome inTurn = jmh.passes(
                ThreadsBenchmark.class,
                "inTurn",
                Map.of("modules", tree.version().toString()),
                tree.tree().modules().size());
        add(Part.TREE, tree, "tree", "loadAll 1", inTurn.counter("byOne"), tree.relocations());
        add(Part.TREE, tree, "tree", "loadAll 2", inTurn.counter("byTwo"), tree.relocations());
    }

    private Outcome passes(Prepared tree, String method, Map<String, String> parameters) throws RunnerException {
        return jmh.passes(
                TreeBenchmark.class, method, parameters, tree.tree().modules().size());
    }

    private void memory(Prepared tree) throws IOException {
        Allocation allocation = new Allocation(tree.exports());
        long within = 0;
        for (int pass = 0; pass < 2; pass++) { // the first pass initialises classes
            within = 0;
            for (Path module : tree.tree().modules()) {
                within += allocation.of(module).isWithin() ? 1 : 0;
            }
        }
        count(tree, "tree", "modules within the bound", "modules", within);
        for (String name : MODULES) {
            Optional<Path> module = tree.tree().module(name);
            if (module.isPresent()) {
                Allocation.Count count = allocation.of(module.get());
                count(tree, name, "image", "bytes", count.imageBytes());
                count(tree, name, "bound", "bytes", count.bound());
                count(tree, name, "allocation", "bytes", count.bytes());
            }
        }
    }

    private void count(Prepared tree, String subject, String step, String unit, long count) {
        long items = subject.equals("tree") ? tree.tree().modules().size() : 1;
        add(Part.MEMORY, tree.name(), subject, step, unit, (double) count, (double) count, items);
    }

    private void kernelC(Prepared tree, Path programs) throws IOException, InterruptedException {
        KernelC kernel = new KernelC(programs, program);
        if (!kernel.loads(tree.name())) {
            return;
        }
        kernel.run(tree.name(), "tree", tree.list(), tree.exports(), options.isShort() ? 5 : 20, this::add);
        for (String name : MODULES) {
            Optional<Path> module = tree.tree().module(name);
            if (module.isPresent()) {
                Path list = folder.resolve(tree.name() + "-" + name + ".list");
                Files.writeString(list, module.get() + "\n");
                kernel.run(tree.name(), name, list, tree.exports(), options.isShort() ? 300 : 2000, this::add);
            }
        }
    }

    private void trace(Prepared tree) throws IOException, RunnerException {
        Optional<Path> module = tree.tree().module("xfs");
        if (module.isEmpty()) {
            return;
        }
        long sites = FtraceBenchmark.sites(module.get(), tree.exports());
        if (sites > 0) {
            Outcome outcome = jmh.timed(
                    FtraceBenchmark.class,
                    "onAndOff",
                    parameters(tree, "module", module.get().toString()));
            add(Part.TRACE, tree, "xfs", "switch", outcome, 2 * sites);
        }
    }

    private void lookups(Prepared tree) throws RunnerException {
        Optional<Path> module = tree.tree().module("xfs");
        if (module.isEmpty()) {
            return;
        }
        Map<String, String> parameters = parameters(
                tree, "module", module.get().toString(), "list", tree.list().toString());
        if (wants(Part.LOOKUP, tree)) {
            for (String method : List.of("at", "describe", "relocationsAt")) {
                add(Part.LOOKUP, tree, "xfs", method, jmh.timed(LookupBenchmark.class, method, parameters), 1);
            }
            add(Part.LOOKUP, tree, "xfs", "annotate", jmh.single(LookupBenchmark.class, "annotate", parameters), 1);
        }
        if (wants(Part.VERIFY, tree)) {
            for (String threads : List.of("1", "2")) {
                parameters.put("threads", threads);
                Outcome outcome = jmh.single(VerificationBenchmark.class, "verify", parameters);
                add(Part.VERIFY, tree, "130 modules", "verify " + threads + " threads", outcome, 1);
            }
        }
    }

    private void image(Prepared tree) throws RunnerException {
        String tag = tree.tree()
                .folder()
                .getName(tree.tree().folder().getNameCount() - 3)
                .toString();
        Path image = options.cache().resolve("images").resolve(tag);
        if (!Files.exists(image.resolve("memory.raw"))) {
            System.err.println("  no image in " + image + "; left out");
            return;
        }
        Map<String, String> parameters = Map.of(
                "image", image.toString(),
                "modules", tree.version().toString(),
                "base", tree.name().equals("arm64") ? Integer.toString(0x4000_0000) : "0");
        add(Part.IMAGE, tree, "image", "verify", jmh.single(ImageBenchmark.class, "verify", parameters), 1);
    }

    private void processes(Prepared tree) throws IOException, InterruptedException {
        Optional<Path> module = tree.tree().module("xfs");
        if (module.isEmpty()) {
            return;
        }
        Map<String, List<String>> commands = new LinkedHashMap<>();
        boolean isUsual = tree.name().equals(USUAL);
        if (isUsual && options.programs().isPresent()) {
            Path list = folder.resolve("one.list");
            Files.writeString(list, module.get() + "\n");
            String binary = options.programs().get().resolve("kernel-c64").toString();
            commands.put("the kernel's C", List.of(binary, tree.exports().toString(), list.toString(), "1"));
        }
        commands.putAll(new Linkers(folder).commands(tree.name(), module.get(), tree.exports()));
        if (isUsual) {
            Cold cold = new Cold(folder);
            for (List<String> command : cold.archiving(module.get())) {
                program.output(command);
            }
            commands.putAll(cold.commands(module.get()));
        }
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            long[] nanos = program.time(options.isShort() ? 5 : 15, command.getValue());
            add(
                    Part.PROCESS,
                    tree.name(),
                    "xfs",
                    command.getKey(),
                    "ns",
                    (double) nanos[0],
                    (double) nanos[nanos.length / 2],
                    1);
        }
    }

    private void scaling() throws IOException, InterruptedException {
        System.err.println("scaling");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms3g",
                "-Xmx3g",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                Scaling.class.getName()));
        if (options.isShort()) {
            command.add("short");
        }
        for (String line : program.output(command).lines().toList()) {
            String[] words = line.split(" ");
            double nanos = Double.parseDouble(words[2]);
            add(
                    Part.SCALING,
                    "o32",
                    words[0].toLowerCase(Locale.ROOT),
                    words[1],
                    "ns",
                    nanos,
                    nanos,
                    Long.parseLong(words[1]));
        }
    }
}
