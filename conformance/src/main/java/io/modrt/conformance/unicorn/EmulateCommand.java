package io.modrt.conformance.unicorn;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolUse;
import io.modrt.kernel.SyntheticSymbols;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code emulate}: runs functions of Debian's modules in Unicorn and in the live kernel, on the same input, and usbcore's init function to its
 * end in Unicorn; and compares what modrt says of externals, code or data, with the kernel's kallsyms.
 */
public final class EmulateCommand {
    private static final int CALLS = 40;
    private static final int LONGEST_INPUT = 300;
    private static final int MODULES = 300;
    private static final long SEED = 11;
    private static final int BOOT_SECONDS = 300;
    private static final String MARK = "MARK waiting";

    private final Path rig;
    private final Path cache;
    private final Path reports;
    private final PrintStream out;

    /**
     * The command.
     *
     * @param rig the folder with the script that captures
     * @param cache the folder with the kernels
     * @param reports the folder for what is captured
     */
    public EmulateCommand(Path rig, Path cache, Path reports, PrintStream out) {
        this.rig = rig;
        this.cache = cache;
        this.reports = reports;
        this.out = out;
    }

    /** Runs the command for each processor; returns whether everything agreed. */
    public boolean run() throws IOException, InterruptedException {
        boolean isWell = true;
        for (Cpu cpu : Cpu.values()) {
            Path base = cache.resolve("modrt/debian").resolve(cpu.tag);
            if (!Files.isDirectory(base)) {
                out.println(cpu.tag + ": not fetched, left out");
                continue;
            }
            try (EmulatedKernel emulated = new EmulatedKernel(cpu)) {
                for (String module : List.of("crc16", "crc7", "crc32c_generic", "usb-common", "usbcore")) {
                    emulated.load(file(base, module));
                }
                isWell &= start(cpu, emulated);
                isWell &= compare(cpu, emulated);
            }
            isWell &= natures(cpu, base);
        }
        return isWell;
    }

    private static Path file(Path base, String module) throws IOException {
        try (Stream<Path> files = Files.walk(base.resolve("lib/modules"))) {
            return files.filter(file -> file.getFileName().toString().matches(module + "\\.ko(\\.xz)?"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + module + " in " + base));
        }
    }

    private boolean start(Cpu cpu, EmulatedKernel emulated) {
        long errno = (int) emulated.call(emulated.function("usbcore", "init_module"));
        int calls =
                emulated.calls().values().stream().mapToInt(Integer::intValue).sum();
        out.printf(
                "%s: init of usbcore ran to its end and returned %d; it called %d functions of the kernel, %d times; logged: %s%n",
                cpu.tag,
                errno,
                emulated.calls().size(),
                calls,
                emulated.log().stream().map(String::strip).toList());
        return errno == 0;
    }

    private boolean compare(Cpu cpu, EmulatedKernel emulated) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(reports.resolve("emulate").resolve(cpu.tag));
        Path records = folder.resolve("1.dump");
        Files.deleteIfExists(records); // why: an earlier run's would pass for this one's
        Path plan = folder.resolve("plan");
        Files.writeString(
                plan,
                "insert crc16\ninsert crc7\ninsert crc32c_generic\nsymbols\nmark waiting\npause " + BOOT_SECONDS
                        + "\n");
        Path socket = Files.createTempDirectory("modrt-gdb").resolve("socket");
        ProcessBuilder builder = new ProcessBuilder(
                rig.resolve("capture").toString(), cpu.tag, folder.toString(), "--plan", plan.toString());
        builder.environment().put("MODRT_QEMU_ARGUMENTS", "-gdb unix:" + socket + ",server=on,wait=off");
        builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("capture.log").toFile());
        Process capture = builder.start();
        try {
            for (int second = 0; !isWaiting(records); second++) {
                if (second > BOOT_SECONDS || !capture.isAlive()) {
                    throw new IOException("the kernel was not captured; see " + folder);
                }
                TimeUnit.SECONDS.sleep(1);
            }
            TimeUnit.SECONDS.sleep(2); // why: init must sleep, so that the machine is in its idle loop
            try (LiveMachine live = new LiveMachine(cpu, socket, records)) {
                return compare(cpu, emulated, live);
            }
        } finally {
            capture.descendants().forEach(ProcessHandle::destroy);
            capture.destroy();
            capture.waitFor();
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }

    private static boolean isWaiting(Path records) throws IOException {
        return Files.exists(records)
                && Files.readString(records, StandardCharsets.ISO_8859_1).contains(MARK);
    }

    private boolean compare(Cpu cpu, Machine emulated, Machine live) {
        Random random = new Random(SEED);
        boolean isWell = true;
        for (String[] function :
                new String[][] {{"crc16", "crc16"}, {"crc7", "crc7_be"}, {"crc32c_generic", "chksum_update"}}) {
            int differing = 0;
            for (int i = 0; i < CALLS; i++) {
                byte[] input = new byte[i == 0 ? 0 : 1 + random.nextInt(LONGEST_INPUT)];
                random.nextBytes(input);
                int first =
                        random.nextInt(function[1].equals("crc7_be") ? 1 << 8 : 1 << 16); // as wide as its parameter
                long here = result(emulated, function, first, input);
                long there = result(live, function, first, input);
                if (here != there) {
                    differing++;
                    out.printf(
                            "%s: %s of %d bytes is 0x%x in Unicorn, 0x%x in the kernel%n",
                            cpu.tag, function[1], input.length, here, there);
                }
            }
            out.printf(
                    "%s: %s: %d calls, in Unicorn and in the live kernel, %d differ%n",
                    cpu.tag, function[1], CALLS, differing);
            isWell &= differing == 0;
        }
        return isWell;
    }

    /** The result of one call; crc32c_generic's function has its register in a {@code struct shash_desc}. */
    private static long result(Machine machine, String[] function, int first, byte[] input) {
        long address = machine.function(function[0], function[1]);
        long memory = machine.scratch(64 + input.length);
        long data = memory + 64;
        machine.store(data, input);
        if (!function[1].equals("chksum_update")) {
            return machine.call(address, first, data, input.length);
        }
        machine.store(
                memory + 8,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(first)
                        .array());
        machine.call(address, memory, data, input.length);
        return ByteBuffer.wrap(machine.load(memory + 8, 4))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }

    /** Compares the natures of the externals of some modules with the letters of the kernel's kallsyms. */
    private boolean natures(Cpu cpu, Path base) throws IOException {
        Map<String, Boolean> isCode = new HashMap<>();
        Path ofThisBoot = reports.resolve("emulate").resolve(cpu.tag).resolve("1.dump");
        List<Path> kept = files(cache.resolve("modrt/live").resolve(cpu.tag), "kernel\\.dump");
        Path records = kept.isEmpty() ? ofThisBoot : kept.get(kept.size() - 1);
        try (Stream<String> lines = Files.lines(records, StandardCharsets.ISO_8859_1)) {
            lines.map(line -> line.split(" "))
                    .filter(words -> words.length == 4 && words[0].equals("SYM"))
                    .forEach(words -> isCode.put(words[3], "tTwW".contains(words[2])));
        }
        List<Path> modules = new ArrayList<>(files(base.resolve("lib/modules"), ".*\\.ko(\\.xz)?"));
        Set<String> ofModules = new HashSet<>();
        for (Path module : modules) {
            ModuleFile.open(module).exports().forEach(export -> ofModules.add(export.name()));
        }
        Collections.shuffle(modules, new Random(SEED));
        SyntheticSymbols symbols = KernelSymbols.synthetic();
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            for (Path module : modules.subList(0, Math.min(MODULES, modules.size()))) {
                kernel.load(ModuleFile.open(module));
            }
        }
        int[] right = new int[3];
        List<String> wrong = new ArrayList<>();
        for (String name : symbols.slots().keySet()) {
            SymbolUse.Nature nature = symbols.use(name).orElseThrow().nature();
            if (ofModules.contains(name)) {
                continue;
            }
            boolean known = isCode.getOrDefault(name, false); // why: without KALLSYMS_ALL, kallsyms has functions alone
            if (nature == SymbolUse.Nature.UNKNOWN || known == (nature == SymbolUse.Nature.CODE)) {
                right[nature.ordinal()]++;
            } else {
                wrong.add(name);
            }
        }
        out.printf(
                "%s: externals of %d modules by the letters of kallsyms: %d are code and %d data, as modrt says; of %d it does not say; wrong: %s%n",
                cpu.tag, MODULES, right[2], right[1], right[0], wrong);
        return wrong.isEmpty();
    }

    private static List<Path> files(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        }
    }
}
