package io.modrt.benchmarks;

import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Links one module with the linkers that are installed: GNU ld, LLVM's lld, and the loader of its run-time linker. */
final class Linkers {
    /** How far the module lies behind the first of the kernel's symbols: near enough for every branch. */
    private static final long DISTANCE_BYTES = 0x40_0000;

    private final Path folder;

    /** Works in {@code folder}. */
    Linkers(Path folder) {
        this.folder = folder;
    }

    /**
     * The names of a machine in the tools.
     *
     * @param gnu of the GNU tools
     * @param llvm of LLVM, or empty if it has no such linker
     */
    private record Names(String gnu, String llvm) {}

    private static final Map<String, Names> NAMES = Map.of(
            "o32", new Names("mipsel-linux-gnu", "mipsel-unknown-linux-gnu"),
            "n64", new Names("mips64el-linux-gnuabi64", "mips64el-unknown-linux-gnuabi64"),
            "pa32", new Names("hppa-linux-gnu", ""),
            "pa64", new Names("hppa64-linux-gnu", ""),
            "arm64", new Names("aarch64-linux-gnu", "aarch64-unknown-linux-gnu"));

    /** The commands that link {@code module}, by the name of the tool; only of tools that are there. */
    Map<String, List<String>> commands(String tree, Path module, Path exports) throws IOException {
        Names names = NAMES.getOrDefault(tree, new Names("", ""));
        List<String> symbols = used(module, exports);
        Path script = folder.resolve(tree + "-symbols.ld");
        StringBuilder lines = new StringBuilder("/* the kernel's symbols */\n");
        List<String> externs = new ArrayList<>();
        for (String line : symbols) {
            String[] parts = line.split(" ");
            lines.append('"')
                    .append(parts[2])
                    .append("\" = 0x")
                    .append(parts[0])
                    .append(";\n");
            externs.add("--dummy-extern=" + parts[2] + "=0x" + parts[0]);
        }
        Files.writeString(script, lines);
        String text =
                "0x" + Long.toHexString(Long.parseUnsignedLong(symbols.get(0).split(" ")[0], 16) + DISTANCE_BYTES);
        String output = folder.resolve(tree + "-linked").toString();
        Map<String, List<String>> commands = new LinkedHashMap<>();
        if (Program.isThere(names.gnu() + "-ld")) {
            commands.put(
                    "GNU ld",
                    List.of(
                            names.gnu() + "-ld",
                            "--output=" + output,
                            "--entry=0",
                            "--no-warn-rwx-segments",
                            "-Ttext-segment=" + text,
                            module.toString(),
                            script.toString()));
        }
        if (names.llvm().isEmpty()) {
            return commands;
        }
        if (Program.isThere("ld.lld")) {
            commands.put(
                    "ld.lld",
                    List.of(
                            "ld.lld",
                            "--output=" + output,
                            "--entry=0",
                            "-Ttext=" + text,
                            module.toString(),
                            script.toString()));
        }
        if (Program.isThere("llvm-rtdyld")) {
            List<String> command = new ArrayList<>(List.of("llvm-rtdyld", "-verify", "-triple=" + names.llvm()));
            command.addAll(externs);
            command.add(module.toString());
            commands.put("llvm-rtdyld", command);
        }
        return commands;
    }

    /** The lines of {@code exports} that the module needs; the first line comes too. */
    private static List<String> used(Path module, Path exports) throws IOException {
        Set<String> imported =
                ModuleFile.open(module).imports().stream().map(Import::name).collect(Collectors.toSet());
        List<String> lines = Files.readAllLines(exports);
        List<String> used = new ArrayList<>(List.of(lines.get(0)));
        lines.stream()
                .skip(1)
                .filter(line -> imported.contains(line.substring(line.lastIndexOf(' ') + 1)))
                .forEach(used::add);
        return used;
    }
}
