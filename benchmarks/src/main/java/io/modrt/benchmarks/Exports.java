package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Width;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The symbols against which the modules of a tree are resolved: every name that a module imports or exports, each with an address in the
 * kernel. They are kept in a file with lines as in System.map, which modrt and the kernel's own code read alike. No map of the kernel itself
 * is needed, and each module can be loaded alone.
 */
final class Exports {
    private static final String EXPORTED = "__ksymtab_";
    /** The distance between two symbols. */
    private static final int SLOT_BYTES = 64;

    private Exports() {}

    /** Writes the symbols of {@code tree} to {@code file}, and returns how many there are. */
    static int write(Tree tree, Path file) throws IOException {
        ArchKernel kernel = kernelOf(ModuleFile.open(tree.modules().get(0)));
        NavigableSet<String> names = new TreeSet<>(kernel.anchors());
        for (Path module : tree.modules()) {
            ModuleFile opened = ModuleFile.open(module);
            opened.imports().stream().map(Import::name).forEach(names::add);
            SymbolTable symbols = opened.symbols();
            for (int i = 1; i < symbols.count(); i++) {
                if (symbols.startsWith(i, EXPORTED)) {
                    names.add(symbols.name(i).substring(EXPORTED.length()));
                }
            }
        }
        StringBuilder lines = new StringBuilder();
        Address at = kernel.kernelArea().start();
        for (String name : names) {
            lines.append(digits(at, kernel.width())).append(" T ").append(name).append('\n');
            at = at.plus(SLOT_BYTES);
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, lines);
        return names.size();
    }

    private static String digits(Address address, Width width) {
        return "%016x".formatted(address.value()).substring(width == Width.BITS_32 ? 8 : 0);
    }

    private static ArchKernel kernelOf(ModuleFile module) {
        try (ModuleRuntime runtime = ModuleRuntime.builder().build()) {
            return runtime.plan(module).archKernel();
        }
    }

    /** A runtime whose kernel has the symbols of {@code file}. */
    static ModuleRuntime runtime(Path file) throws IOException {
        return ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.systemMap(file))
                .build();
    }
}
