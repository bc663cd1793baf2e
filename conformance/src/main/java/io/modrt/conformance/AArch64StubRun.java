package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfImageWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The bundled module {@code farcall}, loaded out of reach of what it calls, and run by qemu-user: each call of the kernel must come to its
 * symbol plus addend, where a routine ends the program. With the function tracer on, a function must call {@code ftrace_caller} through the
 * module's trampoline, and keep its return address in x9.
 */
final class AArch64StubRun {
    /**
     * Where the module and the kernel are.
     *
     * @param name says how far apart
     * @param module the module's core region; that for initialisation is 8 MB behind it
     * @param kernel about where the symbols are
     */
    private record Places(String name, long module, long kernel) {}

    private static final List<Places> PLACES = List.of(
            new Places("1 GB above", 0x4000_0000L, 0x8000_0000L),
            new Places("1 GB below", 0x8000_0000L, 0x4000_0000L),
            new Places("nearly 4 GB above", 0x4000_0000L, 0x1_3e00_0000L),
            new Places("nearly 4 GB below", 0x1_4000_0000L, 0x4200_0000L));

    /** Where no entry of a PLT can lead. */
    private static final Places BEYOND = new Places("beyond 4 GB", 0x4000_0000L, 0x2_4000_0000L);

    private static final long INIT_DISTANCE = 0x80_0000L;
    private static final long START = 0x2000_0000L;

    private static final int ARRIVED = 42;
    private static final int ELSEWHERE = 43;
    /** The exit status of a program that {@code brk} ends: 128 and the number of SIGTRAP. */
    private static final int TRAPPED = 133;

    /** Bits of an entry's words: the page by 1 and by 16 MB, the offset by 4. */
    private static final int[][] SPOILS = {{0, 1 << 29}, {0, 1 << 15}, {4, 1 << 12}};

    private final Target target;
    private final ModuleFile file;
    private final Path folder;

    AArch64StubRun(ModuleFile file, Path folder) {
        this.target = Target.of(file.elf().header());
        this.file = file;
        this.folder = folder;
    }

    /** Runs it and its controls; empty where all is as it should be. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Places places : PLACES) {
            load(places, runtime -> faults.addAll(calls(places, runtime, ARRIVED)));
            load(places, runtime -> faults.addAll(tracing(places, runtime)));
        }
        load(PLACES.get(0), runtime -> faults.addAll(controls(PLACES.get(0), runtime)));
        load(BEYOND, runtime -> faults.addAll(calls(BEYOND, runtime, TRAPPED)));
        return LdComparison.shortened(faults);
    }

    private interface Work {
        void with(ModuleRuntime runtime);
    }

    private void load(Places places, Work work) {
        Map<String, Address> symbols = new HashMap<>();
        symbols(places).forEach((name, value) -> symbols.put(name, Address.of(value)));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(KernelSymbols.of(symbols))
                .build()) {
            work.with(runtime);
        }
    }

    private static Map<String, Long> symbols(Places places) {
        Map<String, Long> symbols = new LinkedHashMap<>();
        symbols.put("far_a", places.kernel);
        symbols.put("far_b", places.kernel + 0xffc);
        symbols.put("far_c", places.kernel + 0x100_1008);
        symbols.put("far_d", places.kernel + 0x17f_fff4);
        symbols.put("far_twin", places.kernel + 0x17f_fff4);
        symbols.put("far_e", places.kernel - 0x7008);
        symbols.put("far_data", places.module + 0x60_0008);
        symbols.put(AArch64Finish.CALLER, places.kernel + 0x30_0100);
        symbols.put(AArch64Finish.REGS_CALLER, places.kernel + 0x30_0200);
        return symbols;
    }

    private static Address symbol(Places places, String name) {
        return Address.of(Objects.requireNonNull(symbols(places).get(name), name));
    }

    private LiveModule load(Places places, ModuleRuntime runtime) {
        Map<RegionKind, Address> bases = Map.of(
                RegionKind.CORE, Address.of(places.module),
                RegionKind.INIT, Address.of(places.module + INIT_DISTANCE));
        return runtime.load(file, Placement.regions(bases), LoadPolicy.kernelExact());
    }

    private List<String> calls(Places places, ModuleRuntime runtime, int status) {
        LiveModule module = load(places, runtime);
        List<String> faults = new ArrayList<>();
        for (AArch64Reference call : outside(module, places)) {
            expect(faults, places, call.toString(), status, run(call.place(), call.goal(), image(runtime, module)));
        }
        return faults;
    }

    private List<AArch64Reference> outside(LiveModule module, Places places) {
        List<AArch64Reference> calls = AArch64Reference.branches(file, module.placed(), symbols(places)).stream()
                .filter(AArch64Reference::isOutside)
                .toList();
        if (calls.isEmpty()) {
            throw new IllegalStateException(file.name() + " calls nobody");
        }
        return calls;
    }

    /** With bits of the PLT's words turned over no call arrives: all entries are spoilt alike, so that objdump need not say which is whose. */
    private List<String> controls(Places places, ModuleRuntime runtime) {
        LiveModule module = load(places, runtime);
        List<String> faults = new ArrayList<>();
        for (int[] spoil : SPOILS) {
            Map<Long, byte[]> image = image(runtime, module);
            for (String plt : List.of(".plt", ".init.plt")) {
                Section section = file.elf().section(plt).orElseThrow();
                long start = module.placed().address(section).orElseThrow().value();
                spoil(image, start, module.placed().region(section).orElseThrow(), places, spoil);
            }
            for (AArch64Reference call : outside(module, places)) {
                if (run(call.place(), call.goal(), image) == ARRIVED) {
                    faults.add("control: with a spoilt PLT it arrives: " + call);
                }
            }
        }
        return faults;
    }

    private static void spoil(Map<Long, byte[]> image, long start, RegionKind region, Places places, int[] spoil) {
        long base = places.module + (region.isInit() ? INIT_DISTANCE : 0);
        ByteBuffer words =
                ByteBuffer.wrap(Objects.requireNonNull(image.get(base))).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = (int) (start - base); words.getInt(at + 8) == 0xd61f_0200; at += 12) { // br x16
            words.putInt(at + spoil[0], words.getInt(at + spoil[0]) ^ spoil[1]);
        }
    }

    /** Off, on and off again; and a trampoline spoilt. */
    private List<String> tracing(Places places, ModuleRuntime runtime) {
        LiveModule module = load(places, runtime);
        Address caller = symbol(places, AArch64Finish.CALLER);
        List<String> faults = new ArrayList<>();
        expect(faults, places, "as loaded", ELSEWHERE, runTraced(places, module, image(runtime, module)));
        Ftrace ftrace = Ftrace.attach(runtime);
        ftrace.trace("farcall_outer", caller);
        expect(faults, places, "traced", ARRIVED, runTraced(places, module, image(runtime, module)));
        Section section = file.elf().section(".text.ftrace_trampoline").orElseThrow();
        long trampoline = module.placed().address(section).orElseThrow().value();
        for (int[] spoil : SPOILS) {
            Map<Long, byte[]> image = image(runtime, module);
            spoil(image, trampoline, RegionKind.CORE, places, spoil);
            if (runTraced(places, module, image) == ARRIVED) {
                faults.add("control: traced, with a spoilt trampoline it arrives");
            }
        }
        ftrace.untrace(caller);
        expect(faults, places, "off again", ELSEWHERE, runTraced(places, module, image(runtime, module)));
        return faults;
    }

    private static void expect(List<String> faults, Places places, String what, int status, int actual) {
        if (actual != status) {
            faults.add(places.name + ", " + what + ": exit status " + actual + ", not " + status);
        }
    }

    private static Map<Long, byte[]> image(ModuleRuntime runtime, LiveModule module) {
        Map<Long, byte[]> image = new LinkedHashMap<>();
        for (RegionKind kind : List.of(RegionKind.CORE, RegionKind.INIT)) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
            runtime.memory().read(range.start(), bytes, 0, bytes.length);
            image.put(range.start().value(), bytes);
        }
        return image;
    }

    /** The exit status of a program that goes to {@code place} and, if all is well, on to {@code goal}. */
    private int run(long place, long goal, Map<Long, byte[]> image) {
        return run(writer(image).segment(Address.of(START), start(place)).segment(Address.of(goal), exit(ARRIVED)));
    }

    /** Goes to {@code farcall_outer}; {@code ftrace_caller} goes on where x9 says, to the end, and the first call to another. */
    private int runTraced(Places places, LiveModule module, Map<Long, byte[]> image) {
        long function = module.symbol("farcall_outer").orElseThrow().address().value();
        return run(writer(image)
                .segment(Address.of(START), start(function))
                .segment(symbol(places, "far_c"), exit(ELSEWHERE))
                .segment(symbol(places, AArch64Finish.CALLER), code(0xd65f_0120))); // ret x9
    }

    private ElfImageWriter writer(Map<Long, byte[]> image) {
        ElfImageWriter writer = ElfImageWriter.of(target.elf()).entry(Address.of(START));
        image.forEach((address, bytes) -> writer.segment(Address.of(address), bytes));
        return writer;
    }

    private int run(ElfImageWriter program) {
        Path executable = folder.resolve("program");
        try {
            Files.write(executable, program.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!executable.toFile().setExecutable(true)) {
            throw new IllegalStateException(executable + " cannot be made executable");
        }
        return Tool.run(folder, List.of(target.qemu(), executable.toString())).status();
    }

    /** Goes to {@code place} with a return address at which the program ends. */
    private byte[] start(long place) {
        byte[] code = code(
                0x5800_0091, // ldr x17, .+16: the doubleword behind the code
                0x1000_00be, // adr x30, .+20: what is behind that
                0xd61f_0220, // br  x17
                0);
        return ByteBuffer.allocate(code.length + Long.BYTES + exit(ARRIVED).length)
                .put(code)
                .order(target.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .putLong(place)
                .put(exit(ARRIVED))
                .array();
    }

    private static byte[] exit(int status) {
        return code(
                0x5280_0000 | status << 5, // mov w0, status
                0x5280_0ba8, //               mov w8, 93: exit
                0xd400_0001); //              svc 0
    }

    /** Instructions are little-endian in either order of data. */
    private static byte[] code(int... instructions) {
        ByteBuffer code =
                ByteBuffer.allocate(instructions.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int instruction : instructions) {
            code.putInt(instruction);
        }
        return code.array();
    }
}
