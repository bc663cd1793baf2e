package io.modrt.conformance;

import io.modrt.module.ModuleFile;
import io.modrt.tree.ModuleTree;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code compare DUMP… TREE}: compares captured memory with what modrt would have put there. */
final class CompareCommand {
    private static final Set<Reason> UNJUDGED = Set.of(Reason.DATA, Reason.CHANGED_DATA, Reason.KERNEL_WRITTEN);
    private static final int MOST_SECTIONS = 12;

    private final List<Path> files;
    private final Path tree;
    private final Path pages;
    private final PrintStream out;
    private final List<KernelDump> read = new ArrayList<>();
    private final List<ModuleComparison> comparisons = new ArrayList<>();

    /**
     * Takes the dumps of one kernel; each dump that has modules is a boot of its own. For a boot without the kernel's memory and symbols,
     * those of the first dump that has them count.
     *
     * @param pages the folder for a page on each module that has unexplained words
     */
    CompareCommand(List<Path> dumps, Path tree, Path pages, PrintStream out) {
        this.files = dumps;
        this.tree = tree;
        this.pages = pages;
        this.out = out;
    }

    /** Runs the command; returns whether every word was explained. */
    boolean run() throws IOException {
        compare();
        shares(comparisons).forEach(out::println);
        out.println(closing(comparisons));
        return isWell(comparisons);
    }

    /** Whether something was compared and every word was explained. */
    static boolean isWell(List<ModuleComparison> comparisons) {
        return !comparisons.isEmpty() && comparisons.stream().allMatch(ModuleComparison::isWell);
    }

    /** The compared dumps; empty before {@link #run}. */
    List<KernelDump> dumps() {
        return read;
    }

    /** Compares the dumps and prints all but the last line. */
    List<ModuleComparison> compare() throws IOException {
        ModuleTree modules = ModuleTree.open(tree);
        for (Path file : files) {
            KernelDump dump = KernelDump.read(file);
            dump.complaint().ifPresent(out::println);
            read.add(dump);
        }
        KernelDump image = read.stream()
                .filter(dump -> !dump.kernel().isEmpty())
                .findFirst()
                .orElseThrow(() -> new IOException("none of the dumps has the kernel's memory"));
        ModuleFile first = first(read, modules);
        DumpedKernel kernel = new DumpedKernel(image, first, tree);
        for (KernelDump dump : read) {
            if (!dump.release().equals(image.release())) {
                throw new IOException(
                        dump.file() + " is of " + dump.release() + ", " + image.file() + " of " + image.release());
            }
            if (!dump.modules().isEmpty()) {
                out.println(dump.file() + ": " + dump.modules().size() + " modules of " + dump.release());
                boolean hasOwn = dump != image && !dump.kernel().isEmpty();
                DumpedKernel booted = hasOwn ? new DumpedKernel(dump, first, tree) : kernel;
                BootComparison boot = new BootComparison(booted, dump, modules, this::add);
                boot.run();
                out.println(dump.file() + ": tracing: " + boot.callSites());
                out.println(dump.file() + ": " + boot.tamperedWords()
                        + " words with one changed bit, each of which must be reported");
            }
        }
        Map<String, Integer> forms = new TreeMap<>();
        comparisons.stream()
                .flatMap(comparison -> comparison.results().stream())
                .forEach(result -> result.sites().forEach((form, count) -> forms.merge(form, count, Integer::sum)));
        forms.forEach((form, count) -> out.println(form + ": " + count));
        return comparisons;
    }

    private static ModuleFile first(List<KernelDump> dumps, ModuleTree modules) throws IOException {
        Optional<Path> file = dumps.stream()
                .flatMap(dump -> dump.modules().stream())
                .flatMap(module -> modules.file(module.name()).stream())
                .findFirst();
        return ModuleFile.open(file.orElseThrow(() -> new IOException("no module of the dumps is in " + modules)));
    }

    private void add(ModuleComparison comparison) {
        comparisons.add(comparison);
        comparison.lines().forEach(out::println);
        for (VerificationResult result : comparison.results()) {
            if (!result.isClean()) {
                write(result);
            }
        }
    }

    private void write(VerificationResult result) {
        try {
            Files.createDirectories(pages);
            Path page = pages.resolve(result.module() + ".html");
            Files.writeString(page, result.html());
            out.println("  see " + page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The share of the words that no comparison can judge: of all words, and of these by section, the largest first. */
    static List<String> shares(List<ModuleComparison> comparisons) {
        ModuleComparison.Counts sum = sum(comparisons);
        Map<String, Long> bySection = new TreeMap<>();
        comparisons.stream()
                .flatMap(comparison -> comparison.results().stream())
                .flatMap(result -> result.spans().stream())
                .filter(span -> UNJUDGED.contains(span.reason()))
                .forEach(span -> bySection.merge(span.area(), span.words(), Long::sum));
        String sections = bySection.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MOST_SECTIONS)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        return List.of(
                "not compared, as data: " + sum.share() + " of the words", "not compared, by section: " + sections);
    }

    private static ModuleComparison.Counts sum(List<ModuleComparison> comparisons) {
        return comparisons.stream()
                .map(ModuleComparison::counts)
                .reduce(ModuleComparison.Counts.NONE, ModuleComparison.Counts::plus);
    }

    /** The last line. */
    static String closing(List<ModuleComparison> comparisons) {
        ModuleComparison.Counts sum = sum(comparisons);
        return "conformance: live " + comparisons.size() + " modules, " + sum + ", failed "
                + comparisons.stream()
                        .filter(comparison -> !comparison.isWell())
                        .count();
    }
}
