package com.example.i386;

import io.modrt.module.ModuleFile;
import io.modrt.testkit.port.LinkerComparison;
import io.modrt.testkit.port.TreeLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Loads all modules below a folder, and compares each twentieth with GNU ld. */
final class WholeTree {
    private WholeTree() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        System.out.print(TreeLoad.of(new I386Arch(), folder));
        LinkerComparison ld = LinkerComparison.with(new I386Arch(), "ld", "-m", "elf_i386");
        List<Path> modules;
        try (Stream<Path> files = Files.walk(folder)) {
            modules = files.filter(file -> file.toString().matches(".*\\.ko(\\.xz)?"))
                    .sorted()
                    .toList();
        }
        int equal = 0;
        long bytes = 0;
        long relocations = 0;
        for (int i = 0; i < modules.size(); i += 20) {
            LinkerComparison.Comparison compared = ld.compare(ModuleFile.open(modules.get(i)));
            compared.differences().forEach(System.out::println);
            equal += compared.differences().isEmpty() ? 1 : 0;
            bytes += compared.bytes();
            relocations += compared.relocations();
        }
        System.out.println(
                equal + " modules as GNU ld links them, " + bytes + " bytes, " + relocations + " relocations");
    }
}
