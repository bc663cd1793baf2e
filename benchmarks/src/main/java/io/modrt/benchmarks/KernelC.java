package io.modrt.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The kernel's own module.c in a program of user space, which {@code src/main/c/build} makes; it loads MIPS modules. */
final class KernelC {
    private static final String PART = "c";

    private final Path folder;
    private final Program program;

    /** {@code folder} has the programs. */
    KernelC(Path folder, Program program) {
        this.folder = folder;
        this.program = program;
    }

    /** Whether there is a program for the tree's modules. */
    boolean loads(String tree) {
        return Files.isExecutable(binary(tree));
    }

    private Path binary(String tree) {
        return folder.resolve(tree.equals("n64") ? "kernel-c64" : tree.equals("o32") ? "kernel-c32" : "none");
    }

    /** Loads what {@code list} names {@code rounds} times, and gives the figures of each step to {@code told}. */
    void run(String tree, String subject, Path list, Path exports, int rounds, Consumer<Measure> told)
            throws IOException, InterruptedException {
        String output = program.output(
                List.of(binary(tree).toString(), exports.toString(), list.toString(), Integer.toString(rounds)));
        output.lines()
                .map(line -> line.split(" "))
                .filter(line -> line.length == 3)
                .forEach(line -> told.accept(new Measure(
                        PART,
                        tree,
                        subject,
                        line[0],
                        "ns",
                        Double.parseDouble(line[1]),
                        Double.parseDouble(line[2]),
                        1)));
    }
}
