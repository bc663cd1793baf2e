package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Width;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code export FOLDER RADARE2}: writes modules with DWARF as linked ELF files, and lets other people's programs open these. What gdb says
 * of each function is compared with what it says of the module itself, which it is told the section addresses of.
 */
final class ExportCommand {
    private static final Pattern LISTED = Pattern.compile("\\d+:\\t.*;");
    private static final Pattern DISASSEMBLED = Pattern.compile("(?m)^([0-9a-f]+) <([^>+]+)>:$");
    private static final Pattern RADARE_SYMBOL =
            Pattern.compile("(?m)^\\d+ +0x[0-9a-f]+ +0x([0-9a-f]+) \\w+ +FUNC +\\d+ +(\\S+)$");

    private final Path folder;
    private final String radare;
    private final Path reports;
    private final PrintStream out;
    private boolean isWell = true;

    ExportCommand(Path folder, String radare, Path reports, PrintStream out) {
        this.folder = folder;
        this.radare = radare;
        this.reports = reports;
        this.out = out;
    }

    /** Runs it for each folder of a machine; returns whether all programs agree. */
    boolean run() throws IOException {
        Files.createDirectories(reports);
        for (String machine : List.of("mips-o32", "mips-n64", "parisc32", "aarch64")) {
            Path modules = folder.resolve(machine);
            try (ModuleRuntime kernel = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .policy(LoadPolicy.kernelExact()
                            .relaxed(Rule.MODVERSIONS)) // why: no kernel was built whose CRCs they could have
                    .build()) {
                kernel.load(modules.resolve("usb-common.ko"));
                LiveModule usbcore = kernel.load(modules.resolve("usbcore.ko"));
                check(machine, usbcore.toElf(), List.of(usbcore), modules);
                check(machine + "-runtime", kernel.toElf(), kernel.modules(), modules);
            }
        }
        return isWell;
    }

    private void check(String name, byte[] elf, List<LiveModule> modules, Path originals) throws IOException {
        Path file = reports.resolve(name + ".elf");
        Files.write(file, elf);
        Map<String, Address> functions = new TreeMap<>();
        Path loads = Files.writeString(reports.resolve(name + ".gdb"), loads(modules, originals, functions));
        List<String> faults = new ArrayList<>();
        warnings(file, faults);
        Target target = Target.of(modules.get(0).file().elf().header());
        int lines = compareLines(file, loads, target, functions, faults);
        int listed = compareFunctions(file, loads, faults);
        named("objdump", run(target.tool("objdump"), "-d", file.toString()), DISASSEMBLED, functions, faults);
        named(
                "radare2",
                run(radare, "-q", "-N", "-e", "scr.color=0", "-c", "is", file.toString()),
                RADARE_SYMBOL,
                functions,
                faults);
        faults.stream().limit(10).forEach(fault -> out.println(name + ": " + fault));
        out.printf(
                "%s: %d bytes, %d functions, %d with a line and %d listed in gdb as of the module itself, %d faults%n",
                name, elf.length, functions.size(), lines, listed, faults.size());
        isWell &= faults.isEmpty() && lines > 0 && listed > 0;
    }

    /** The commands with which gdb loads the modules themselves; fills in where nm's functions are then. */
    private String loads(List<LiveModule> modules, Path originals, Map<String, Address> functions) {
        StringBuilder commands = new StringBuilder();
        for (LiveModule module : modules) {
            ModuleFile file = module.file();
            Path original = originals.resolve(module.name().replace('_', '-') + ".ko");
            Target target = Target.of(file.elf().header());
            // why: gdb 13 finds no line of 32-bit MIPS by an address as long as it has read the index of a file alone
            commands.append("add-symbol-file -readnow ").append(original);
            for (Section section : file.elf().sections()) {
                module.placed()
                        .address(section)
                        .filter(address -> section.sizeBytes() != 0)
                        .ifPresent(address -> commands.append(" -s ")
                                .append(section.name())
                                .append(' ')
                                .append(forGdb(target, address)));
            }
            commands.append('\n');
            String table = run(target.tool("nm"), "--format=sysv", original.toString());
            for (BinutilsView.Named symbol : BinutilsView.symbols(table)) {
                if (Character.toLowerCase(symbol.type()) == 't'
                        && file.symbols()
                                        .symbol(file.symbols().indexOf(symbol.name()))
                                        .type()
                                == 2) {
                    file.elf()
                            .section(symbol.section())
                            .flatMap(module.placed()::address)
                            .ifPresent(start -> functions.put(symbol.name(), start.plus(symbol.value())));
                }
            }
        }
        return commands.toString();
    }

    /** The address as gdb has it: 32-bit ones of MIPS are sign-extended. */
    private static String forGdb(Target target, Address address) {
        boolean isExtended = !target.is64Bit() && !target.isParisc();
        return isExtended ? "0x" + Long.toHexString(Width.BITS_32.signed(address.value())) : address.toString();
    }

    private void warnings(Path file, List<String> faults) {
        run("readelf", "--file-header", "--segments", "--sections", "--symbols", "--wide", file.toString())
                .lines()
                .filter(line -> line.startsWith("readelf:"))
                .forEach(faults::add);
    }

    private int compareLines(Path file, Path loads, Target target, Map<String, Address> functions, List<String> faults)
            throws IOException {
        StringBuilder commands = new StringBuilder();
        functions.forEach((name, address) ->
                commands.append("info line *").append(forGdb(target, address)).append('\n'));
        Path asked = Files.writeString(reports.resolve("lines.gdb"), commands);
        List<String> ours = run("gdb-multiarch", "-batch", "-nx", "-x", asked.toString(), file.toString())
                .lines()
                .toList();
        List<String> theirs = gdb(loads, "-x", asked.toString());
        int found = 0;
        List<String> names = List.copyOf(functions.keySet());
        for (int i = 0; i < names.size(); i++) {
            String said = i < ours.size() ? ours.get(i) : "nothing";
            String expected = i < theirs.size() ? theirs.get(i) : "nothing";
            if (!unnamed(said).equals(unnamed(expected))) {
                faults.add(names.get(i) + ": gdb says " + said + ", of the module itself " + expected);
            } else if (said.startsWith("Line ")) {
                found++;
            }
        }
        return found;
    }

    /** The line without the names of functions, since several may be at one address. */
    private static String unnamed(String line) {
        return line.replaceAll(" <[^>]*>", "");
    }

    /** What gdb prints with the modules themselves loaded, without what it says of loading them. */
    private List<String> gdb(Path loads, String... commands) {
        List<String> command = new ArrayList<>(
                List.of("gdb-multiarch", "-batch", "-nx", "-ex", "set confirm off", "-x", loads.toString(), "-ex"));
        command.add("echo \\n==\\n");
        command.addAll(List.of(commands));
        List<String> printed = Tool.run(reports, command).text().lines().toList();
        return printed.subList(printed.indexOf("==") + 1, printed.size());
    }

    private int compareFunctions(Path file, Path loads, List<String> faults) {
        String asked = "info functions -n .";
        Set<String> ours = listed(run("gdb-multiarch", "-batch", "-nx", "-ex", asked, file.toString())
                .lines()
                .toList());
        Set<String> theirs = listed(gdb(loads, "-ex", asked));
        Set<String> missing = new TreeSet<>(theirs);
        missing.removeAll(ours);
        missing.forEach(line -> faults.add("gdb does not list " + line));
        ours.removeAll(theirs);
        ours.forEach(line -> faults.add("gdb lists " + line + ", which the module does not have"));
        return theirs.size() - missing.size();
    }

    private static Set<String> listed(List<String> lines) {
        Set<String> functions = new TreeSet<>();
        lines.stream().filter(line -> LISTED.matcher(line).matches()).forEach(functions::add);
        return functions;
    }

    private void named(
            String program, String text, Pattern pattern, Map<String, Address> functions, List<String> faults) {
        Map<String, Set<String>> found = new TreeMap<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.computeIfAbsent(matcher.group(2), name -> new TreeSet<>())
                    .add(Address.parse(matcher.group(1)).toString());
        }
        Set<String> places = new TreeSet<>();
        found.values().forEach(places::addAll);
        functions.forEach((name, address) -> {
            boolean isThere = found.containsKey(name)
                    ? found.get(name).contains(address.toString())
                    : program.equals("objdump") && places.contains(address.toString());
            if (!isThere) {
                faults.add(program + " has " + name + " at " + found.get(name) + ", not " + address);
            }
        });
    }

    private String run(String... command) {
        return Tool.run(reports, List.of(command)).text();
    }
}
