package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code refusals TAG}: broken modules, offered to a live kernel and to modrt; both answer with the same errno and the same line. */
final class RefusalsCommand {
    private final LiveOffers offered;
    private final PrintStream out;
    private final KernelShape kernel;
    private final List<BrokenModule> modules;

    /** For the kernel {@code live}, to which {@code offered} offers the modules. */
    RefusalsCommand(LiveKernel live, LiveOffers offered, PrintStream out) throws IOException {
        this.offered = offered;
        this.out = out;
        List<Path> files = bySize(live.tree());
        this.kernel = KernelShape.of(files, KernelProfile.ofConfig(live.config()));
        this.modules = modules(kernel, harmless(files));
    }

    /** All modules, in the order in which they are offered. */
    static List<BrokenModule> modules(KernelShape kernel, byte[] real) {
        List<BrokenModule> modules = new ArrayList<>(BrokenImports.foundations(kernel));
        modules.addAll(BrokenFiles.of(kernel, real));
        modules.addAll(BrokenNewFiles.of(kernel));
        modules.addAll(BrokenImports.of(kernel, real));
        modules.addAll(BrokenRelocations.of(kernel));
        return modules;
    }

    private static List<Path> bySize(Path tree) throws IOException {
        List<Path> files = new ArrayList<>(LoadTree.modules(tree));
        Map<Path, Long> sizes = new HashMap<>();
        for (Path file : files) {
            sizes.put(file, Files.size(file));
        }
        files.sort(Comparator.comparing(sizes::get));
        return files;
    }

    /** The smallest module that needs no other and does nothing when it is loaded. */
    private static byte[] harmless(List<Path> files) throws IOException {
        for (Path file : files) {
            ModuleFile module = ModuleFile.open(file);
            if (module.info().depends().isEmpty() && module.symbols().indexOf("init_module") == SymbolTable.NONE) {
                return module.elf().array(); // uncompressed, with its signature
            }
        }
        throw new IOException("each of " + files.size() + " modules needs another, or has an init function");
    }

    /** Boots and compares; whether all answers are the same. */
    boolean run() throws IOException, InterruptedException {
        List<LiveOffers.Offer> offers = modules.stream()
                .map(module -> new LiveOffers.Offer(module.name(), module.file(), module.stays()))
                .toList();
        return compare(offered.answers(offers, modules.get(0).file()));
    }

    /** Prints a row a module, and at the end how many there are; whether no answer differs. */
    private boolean compare(LiveOffers.Answers answers) {
        int failed = 0;
        out.printf("%-36s %6s %6s  %s%n", "module", "kernel", "modrt", "line");
        try (ModuleRuntime runtime = kernel.runtime(answers.symbols())) {
            for (BrokenModule module : modules) {
                Verdict ours = Verdict.of(runtime, module, kernel);
                Verdict theirs = answers.of(module.name());
                out.printf(
                        "%-36s %6d %6d  %s%n",
                        module.name(), theirs.errno(), ours.errno(), String.join(" | ", ours.lines()));
                String complaint = Verdict.complaint(module, theirs, ours, kernel);
                if (!complaint.isEmpty()) {
                    failed++;
                    out.println("  FAILED " + complaint + ": the kernel logged " + theirs.lines() + ", modrt says: "
                            + ours.text());
                }
            }
        }
        out.println("refusals: " + modules.size() + " rows, " + (modules.size() - failed) + " equal, failed " + failed);
        return failed == 0;
    }
}
