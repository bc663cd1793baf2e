package io.modrt.conformance;

import io.modrt.conformance.fuzz.FuzzCommand;
import io.modrt.conformance.fuzz.ModelCommand;
import io.modrt.conformance.unicorn.EmulateCommand;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The commands behind {@code conformance/run}. */
final class Conformance {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Conformance() {}

    /**
     * {@code load [TREE…]}, {@code sites [TREE…]}, {@code kmod [TREE…]}, {@code signatures [TREE…]}, {@code compare DUMP… TREE}, {@code live TAG…}, {@code image TAG…}, {@code refusals TAG…},
     * {@code fuzz MINUTES}, {@code model}, {@code oracles}, {@code vendors LIST FOLDER}, {@code export FOLDER RADARE2}, {@code emulate}, {@code short-calls MODULE… MAP DUMP} or {@code stubs KERNEL INITRAMFS}; ends the JVM with the exit status
     * that the run script documents.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(run(Arrays.asList(args)));
    }

    private static int run(List<String> args) throws IOException, InterruptedException {
        Path reports = Path.of(System.getProperty("modrt.reports", "target"));
        if (args.isEmpty()) {
            return misuse(
                    "a command is missing: load, sites, kmod, signatures, compare, live, image, refusals, fuzz, model, oracles, export, vendors, emulate, short-calls or stubs");
        }
        List<Path> trees = args.stream().skip(1).map(Path::of).toList();
        switch (args.get(0)) {
            case "load", "sites", "kmod", "signatures" -> {
                if (trees.isEmpty()) {
                    trees = DebianKernels.trees(DebianKernels.cache());
                }
                if (trees.isEmpty()) {
                    return misuse("no TREE was named, and none was fetched: run fetch");
                }
                for (Path tree : trees) {
                    if (!Files.isDirectory(tree)) {
                        return misuse(tree + " is no folder");
                    }
                    if (LoadTree.modules(tree).isEmpty()) {
                        return misuse("no module below " + tree);
                    }
                }
                if (args.get(0).equals("signatures")) {
                    return new SignaturesCommand(trees, System.out).run() ? 0 : FAILED;
                }
                if (args.get(0).equals("kmod")) {
                    return new KmodCommand(trees, System.out).run() ? 0 : FAILED;
                }
                if (args.get(0).equals("sites")) {
                    return new SitesCommand(trees, System.out).run() ? 0 : FAILED;
                }
                return new LoadCommand(trees, reports.resolve("load.jsonl"), System.out).run() ? 0 : FAILED;
            }
            case "compare" -> {
                if (trees.size() < 2) {
                    return misuse("compare wants a DUMP and a TREE");
                }
                return compare(trees.subList(0, trees.size() - 1), trees.get(trees.size() - 1), reports);
            }
            case "live" -> {
                return args.size() < 2 ? misuse("live wants a TAG") : live(args.subList(1, args.size()), reports);
            }
            case "image" -> {
                return args.size() < 2 ? misuse("image wants a TAG") : image(args.subList(1, args.size()), reports);
            }
            case "life" -> {
                return args.size() < 2 ? misuse("life wants a TAG") : life(args.subList(1, args.size()), reports);
            }
            case "refusals" -> {
                return args.size() < 2
                        ? misuse("refusals wants a TAG")
                        : refusals(args.subList(1, args.size()), reports);
            }
            case "model" -> {
                return new ModelCommand(System.out).run() ? 0 : FAILED;
            }
            case "fuzz" -> {
                return fuzz(args.subList(1, args.size()), reports);
            }
            case "oracles" -> {
                return new OracleCommand(System.out).run() ? 0 : FAILED;
            }
            case "export" -> {
                if (trees.size() != 2) {
                    return misuse("export takes the folder with the modules and the command of radare2");
                }
                return new ExportCommand(trees.get(0), args.get(2), reports.resolve("export"), System.out).run()
                        ? 0
                        : FAILED;
            }
            case "short-calls" -> {
                if (trees.size() < 3) {
                    return misuse("short-calls takes modules, the kernel's System.map and the dump of its boot");
                }
                return shortCalls(trees);
            }
            case "stubs" -> {
                if (trees.size() != 2) {
                    return misuse("stubs takes the kernel and the initramfs");
                }
                return new LiveStubs(trees.get(0), trees.get(1), reports.resolve("stubs.log"), System.out).run()
                        ? 0
                        : FAILED;
            }
            case "emulate" -> {
                Path rig = Path.of(System.getProperty("modrt.rig", "live"));
                return new EmulateCommand(rig, DebianKernels.cache(), reports, System.out).run() ? 0 : FAILED;
            }
            case "vendors" -> {
                if (trees.size() != 2) {
                    return misuse("vendors takes the list and the folder with the modules");
                }
                return vendors(trees.get(0), trees.get(1));
            }
            default -> {
                return misuse(
                        "no command " + args.get(0)
                                + ": there are load, sites, kmod, signatures, compare, live, life, image, refusals, fuzz, model, oracles, export, vendors, emulate, short-calls and stubs");
            }
        }
    }

    /** Runs {@code live} for comma-separated tags with a choice of modules. */
    private static int live(List<String> words, Path reports) throws InterruptedException {
        try {
            Path rig = Path.of(System.getProperty("modrt.rig", "live"));
            LiveCommand command = new LiveCommand(rig, DebianKernels.cache(), reports, System.out);
            List<String> tags = Arrays.asList(words.get(0).split(","));
            return command.run(tags, LiveCommand.Choice.of(words.subList(1, words.size()))) ? 0 : FAILED;
        } catch (IOException | UncheckedIOException | IllegalArgumentException misused) {
            return misuse(String.valueOf(misused.getMessage()));
        }
    }

    /** Runs {@code image} for comma-separated tags; with a seed, images are taken anew. */
    private static int image(List<String> words, Path reports) throws InterruptedException {
        try {
            LiveCommand.Choice choice = LiveCommand.Choice.of(words.subList(1, words.size()));
            boolean isNew = words.contains("--seed");
            Path capture = Path.of(System.getProperty("modrt.rig", "live")).resolve("capture");
            boolean isWell = true;
            for (String tag : words.get(0).split(",")) {
                LiveKernel kernel = LiveKernel.find(tag, DebianKernels.cache())
                        .orElseThrow(() -> new IllegalArgumentException(
                                "no kernel " + tag + ": run fetch or run kernel brings it"));
                System.out.println("== " + tag);
                Path folder = DebianKernels.cache().resolve("modrt/images").resolve(tag);
                new ImageCapture(kernel, capture, folder).take(choice.seed(), isNew);
                isWell &= new ImageCommand(kernel, folder, reports.resolve("image"), choice.seed(), System.out).run();
            }
            return isWell ? 0 : FAILED;
        } catch (IOException | UncheckedIOException | IllegalArgumentException misused) {
            return misuse(String.valueOf(misused.getMessage()));
        }
    }

    /** Runs {@code life} for comma-separated tags: {@code TAG [--steps N] [--seed S]}. */
    private static int life(List<String> words, Path reports) throws InterruptedException {
        int steps = 200;
        long seed = 1;
        try {
            for (int i = 1; i + 1 < words.size(); i += 2) {
                switch (words.get(i)) {
                    case "--steps" -> steps = Integer.parseInt(words.get(i + 1));
                    case "--seed" -> seed = Long.parseLong(words.get(i + 1));
                    default -> throw new IllegalArgumentException("no option " + words.get(i));
                }
            }
            Path capture = Path.of(System.getProperty("modrt.rig", "live")).resolve("capture");
            boolean isWell = true;
            for (String tag : words.get(0).split(",")) {
                LiveKernel kernel = LiveKernel.find(tag, DebianKernels.cache())
                        .orElseThrow(() -> new IllegalArgumentException(
                                "no kernel " + tag + ": run fetch or run kernel brings it"));
                System.out.println("== " + tag);
                Path folder = reports.resolve("life").resolve(tag);
                isWell &= new LifeCommand(kernel, capture, folder, System.out).run(steps, seed);
            }
            return isWell ? 0 : FAILED;
        } catch (IOException | UncheckedIOException | IllegalArgumentException misused) {
            return misuse(String.valueOf(misused.getMessage()));
        }
    }

    /** Runs {@code refusals} for comma-separated tags, with the fixed rows or with random mutations. */
    private static int refusals(List<String> words, Path reports) throws InterruptedException {
        try {
            LiveCommand.Choice choice = LiveCommand.Choice.of(words.subList(1, words.size()));
            if (!choice.modules().isEmpty()) {
                return misuse("refusals takes no modules: " + choice.modules());
            }
            Path capture = Path.of(System.getProperty("modrt.rig", "live")).resolve("capture");
            boolean isWell = true;
            for (String tag : words.get(0).split(",")) {
                LiveKernel kernel = LiveKernel.find(tag, DebianKernels.cache())
                        .orElseThrow(() -> new IllegalArgumentException(
                                "no kernel " + tag + ": run fetch or run kernel brings it"));
                LiveOffers offers = new LiveOffers(
                        kernel, capture, reports.resolve("refusals").resolve(tag));
                System.out.println("== " + tag);
                isWell &= choice.random().isPresent()
                        ? new MutationsCommand(kernel, offers, choice.random().getAsInt(), choice.seed(), System.out)
                                .run()
                        : new RefusalsCommand(kernel, offers, System.out).run();
            }
            return isWell ? 0 : FAILED;
        } catch (IOException | UncheckedIOException | IllegalArgumentException misused) {
            return misuse(String.valueOf(misused.getMessage()));
        }
    }

    private static int fuzz(List<String> words, Path reports) throws InterruptedException {
        try {
            Path kept = Path.of(System.getProperty("modrt.inputs", "src/test/resources/fuzz"));
            FuzzCommand command = new FuzzCommand(kept, reports.resolve("fuzz"), System.out);
            return command.run(Double.parseDouble(words.get(0)), words.subList(1, words.size())) ? 0 : FAILED;
        } catch (IOException | UncheckedIOException | IllegalArgumentException misused) {
            return misuse(String.valueOf(misused.getMessage()));
        }
    }

    private static int vendors(Path list, Path folder) throws InterruptedException {
        try {
            if (!Files.isDirectory(folder) || LoadTree.modules(folder).isEmpty()) {
                return misuse("no module below " + folder);
            }
            return new VendorsCommand(VendorList.read(list), folder, System.out).run() ? 0 : FAILED;
        } catch (IOException | UncheckedIOException unreadable) {
            return misuse(String.valueOf(unreadable.getMessage()));
        }
    }

    private static int shortCalls(List<Path> files) throws IOException {
        int modules = files.size() - 2;
        ShortCalls calls = new ShortCalls(files.get(modules), KernelDump.read(files.get(modules + 1)), System.out);
        for (Path module : files.subList(0, modules)) {
            calls.run(ModuleFile.open(module));
        }
        return calls.succeeded() ? 0 : FAILED;
    }

    private static int compare(List<Path> dumps, Path tree, Path reports) {
        try {
            return new CompareCommand(dumps, tree, reports.resolve("compare"), System.out).run() ? 0 : FAILED;
        } catch (IOException | UncheckedIOException unreadable) {
            return misuse(String.valueOf(unreadable.getMessage()));
        }
    }

    private static int misuse(String what) {
        System.err.println("conformance: " + what);
        return MISUSED;
    }
}
