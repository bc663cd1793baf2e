package io.modrt.conformance;

import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.module.ModuleFile;
import io.modrt.tree.ModuleTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Hooks that a guest makes by the kernel's own means: the functions of one module are traced, and some of another have kprobes. */
final class ImageHooks {
    private static final int PROBES = 3;
    private static final int LEAST_BYTES = 64;
    private static final List<String> TABLES = List.of("__mcount_loc", "__patchable_function_entries");

    private final ModuleTree tree;
    private final List<String> names;
    private final Random random;

    /** Of some of these modules. */
    ImageHooks(ModuleTree tree, List<String> names, long seed) {
        this.tree = tree;
        this.names = new ArrayList<>(names);
        Collections.sort(this.names);
        this.random = new Random(seed);
        Collections.shuffle(this.names, random);
    }

    /** The steps of a plan. */
    List<String> steps() {
        // why: a filter cannot name a module whose name begins with a digit
        List<ModuleFile> traced = names.stream()
                .filter(name -> !Character.isDigit(name.charAt(0)))
                .flatMap(name -> file(name).stream())
                .filter(file -> TABLES.stream()
                        .anyMatch(table -> file.elf().section(table).isPresent()))
                .filter(file -> functions(file).size() >= PROBES)
                .limit(2)
                .toList();
        if (traced.size() < 2) {
            return List.of();
        }
        List<String> functions = functions(traced.get(1));
        Collections.shuffle(functions, random);
        Stream<String> trace = Stream.of("trace " + traced.get(0).name() + " on");
        Stream<String> probes = functions.stream()
                .limit(PROBES)
                .map(name -> "probe " + traced.get(1).name() + " " + name);
        return Stream.concat(trace, probes).toList();
    }

    private Optional<ModuleFile> file(String name) {
        Optional<Path> path = tree.file(name);
        return path.map(ModuleFile::open);
    }

    private static List<String> functions(ModuleFile file) {
        SymbolTable table = file.symbols();
        List<String> found = new ArrayList<>();
        for (int i = 1; i < table.count(); i++) {
            int index = table.sectionIndex(i);
            if (table.type(i) == Symbol.STT_FUNC && index > 0 && table.sizeBytes(i) >= LEAST_BYTES) {
                Section section = file.elf().section(index);
                // why: a name with a suffix of the compiler's may be one of several
                if (section.name().startsWith(".text") && !table.name(i).contains(".")) {
                    found.add(table.name(i));
                }
            }
        }
        return found;
    }
}
