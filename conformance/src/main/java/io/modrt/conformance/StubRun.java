package io.modrt.conformance;

import io.modrt.LiveModule;
import io.modrt.LoadPolicy;
import io.modrt.ModuleFile;
import io.modrt.ModuleRuntime;
import io.modrt.StubPolicy;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Stub;
import io.modrt.memory.Address;
import io.modrt.memory.AddressRange;
import io.modrt.testkit.ElfImageWriter;
import io.modrt.testkit.ElfTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The bundled module {@code farcall}, loaded with local stubs out of reach of what it calls, and run by qemu-user.
 *
 * <p>{@code farcall_outer} calls {@code _printk} twice, and {@code farcall_leaf} once; both call {@code _mcount} first when tracing is on. The
 * routines at {@code _printk} and {@code _mcount} count in {@code $16}; the program exits with that count and what {@code _printk} returns.
 */
final class StubRun {
    private static final long MODULE = 0x4000_0000L;
    private static final long INIT = 0x4010_0000L;
    private static final long START = 0x2000_0000L;
    private static final long STACK = 0x5000_0000L;
    private static final int STACK_BYTES = 0x1000;

    private static final int PRINTK_COUNTS = 20;
    private static final int PRINTK_RETURNS = 3;
    /** Two calls of {@code _printk}. */
    private static final int STATUS_UNTRACED = 2 * PRINTK_COUNTS + PRINTK_RETURNS;
    /** And two of {@code _mcount}, which counts one each. */
    private static final int STATUS_TRACED = STATUS_UNTRACED + 2;

    private static final int TRACER_COUNTS = 7;
    /** Or two of another tracer. */
    private static final int STATUS_OTHER = STATUS_UNTRACED + 2 * TRACER_COUNTS;
    /** From {@code _mcount} to that one. */
    private static final long TRACER_DISTANCE = 0x1_0000L;

    private static final int MISS = 0x0000_1000; // moves what `lui` loads by 256 MB, or more

    /** Where {@code _mcount} and {@code _printk} are; the lower halves of both carry. */
    enum Far {
        /** Within what {@code lui} and a lower half reach. */
        NEAR(0x1000_9ff0L, 0x1004_bffcL),
        /** Beyond 32 bits. */
        ANYWHERE(0x12_3456_9ff0L, 0x12_9678_bffcL);

        private final long mcount;
        private final long printk;

        Far(long mcount, long printk) {
            this.mcount = mcount;
            this.printk = printk;
        }
    }

    private final Target target;
    private final ModuleFile file;
    private final Far far;
    private final Path folder;
    private final ElfTarget elf;
    private Words image;
    private long entry;

    StubRun(Target target, ModuleFile file, Far far, Path folder) {
        this.target = target;
        this.file = file;
        this.far = far;
        this.folder = folder;
        this.elf = elfTarget(target);
        this.image = blank();
    }

    private Words blank() {
        return new Words(target.isBigEndian(), target.is64Bit());
    }

    /** Runs it and its controls; empty where all is as it should be. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(
                        KernelSymbols.of(Map.of("_mcount", Address.of(far.mcount), "_printk", Address.of(far.printk))))
                .build()) {
            LiveModule module = runtime.load(
                    file,
                    Placement.regions(new EnumMap<>(
                            Map.of(RegionKind.CORE, Address.of(MODULE), RegionKind.INIT, Address.of(INIT)))),
                    LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1));
            entry = module.symbol("farcall_outer").orElseThrow().address().value();
            read(runtime, module);
            expect(faults, "as loaded", STATUS_UNTRACED);
            Ftrace ftrace = Ftrace.attach(runtime);
            ftrace.trace("", Address.of(far.mcount)); // through the stub that the load made
            read(runtime, module);
            expect(faults, "traced", STATUS_TRACED);
            for (Stub stub : module.stubs()) {
                long address = stub.address().value();
                if (address < INIT) { // those of init code are not called here
                    image.putWord(address, image.word(address) ^ MISS);
                    if (run() == STATUS_TRACED) {
                        faults.add("control: it runs with a broken stub to " + stub.symbol());
                    }
                    image.putWord(address, image.word(address) ^ MISS);
                }
            }
            expect(faults, "mended", STATUS_TRACED);
            faults.addAll(new StubText(target, folder).faults(image, module.stubs()));
            switchTo(runtime, module, faults);
        }
        return faults;
    }

    private void read(ModuleRuntime runtime, LiveModule module) {
        image = blank();
        for (RegionKind kind : List.of(RegionKind.CORE, RegionKind.INIT)) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
            runtime.memory().read(range.start(), bytes, 0, bytes.length);
            image.add(0, kind.name(), range.start().value(), kind.isInit(), bytes);
        }
    }

    /** Off; on, to another tracer and through a trampoline; to a third, by its literal alone; off and on again. */
    private void switchTo(ModuleRuntime runtime, LiveModule module, List<String> faults) {
        Address tracer = Address.of(far.mcount + TRACER_DISTANCE);
        Address mcount = Address.of(far.mcount);
        try (Ftrace ftrace = Ftrace.attach(runtime)) { // whose sites another one has switched on
            ftrace.trace("", mcount).untrace(mcount);
            read(runtime, module);
            expect(faults, "off", STATUS_UNTRACED);
            ftrace.trace("", tracer);
            read(runtime, module);
            expect(faults, "traced through a trampoline", STATUS_OTHER);
            breakTrampolines(module, faults);
            ftrace.untrace(tracer);
            read(runtime, module);
            expect(faults, "off again", STATUS_UNTRACED);
            ftrace.trace("farcall_outer", tracer);
            read(runtime, module);
            expect(faults, "one function on again", STATUS_UNTRACED + TRACER_COUNTS);
        }
    }

    private void breakTrampolines(LiveModule module, List<String> faults) {
        Address start = module.placed().range(RegionKind.CORE).orElseThrow().start();
        image.putWord(start.value(), image.word(start.value()) ^ MISS);
        if (run() == STATUS_OTHER) {
            faults.add("control: it runs with a broken trampoline");
        }
    }

    private void expect(List<String> faults, String what, int status) {
        int actual = run();
        if (actual != status) {
            faults.add(what + ": exit status " + actual + ", not " + status);
        }
    }

    private int run() {
        ElfImageWriter program = ElfImageWriter.of(elf)
                .code(Address.of(START), start(entry))
                .segment(Address.of(STACK), new byte[STACK_BYTES])
                .code(Address.of(far.mcount), mcount(1))
                .code(Address.of(far.mcount + TRACER_DISTANCE), mcount(TRACER_COUNTS))
                .code(Address.of(far.printk), printk())
                .entry(Address.of(START));
        image.sections()
                .forEach(region -> program.segment(
                        Address.of(region.address()), region.bytes().array()));
        Path executable = folder.resolve("program");
        try {
            Files.write(executable, program.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!executable.toFile().setExecutable(true)) {
            throw new IllegalStateException(executable + " cannot be made executable");
        }
        List<String> command = new ArrayList<>(List.of(target.qemu()));
        if (target.isR6()) {
            command.addAll(List.of("-cpu", target.is64Bit() ? "I6400" : "mips32r6-generic"));
        }
        command.add(executable.toString());
        return Tool.run(folder, command).status();
    }

    private int[] start(long function) {
        return new int[] {
            0x3c1d_0000 | (int) (STACK >> 16), // lui   $29,STACK
            0x37bd_0000 | STACK_BYTES / 2, //     ori   $29,$29,STACK_BYTES/2
            0x0000_8025, //                       or    $16,$0,$0
            0x3c19_0000 | (int) (function >> 16), // lui   $25,function
            0x3739_0000 | (int) (function & 0xffff), // ori   $25,$25,function
            0x0320_f809, //                       jalr  $25
            0x2404_0005, //                       addiu $4,$0,5
            0x0050_2021, //                       addu  $4,$2,$16
            target.is64Bit() ? 0x2402_13c2 : 0x2402_0fa1, // addiu $2,$0,5058 or 4001: exit
            0x0000_000c, //                       syscall
        };
    }

    private int[] printk() {
        return new int[] {
            0x2610_0000 | PRINTK_COUNTS, // addiu $16,$16,PRINTK_COUNTS
            jumpToCaller(),
            0x2402_0000 | PRINTK_RETURNS, // addiu $2,$0,PRINTK_RETURNS
        };
    }

    /** Undoes the delay slot's push on o32, and gives {@code ra} back, as the kernel's does. */
    private int[] mcount(int counts) {
        return new int[] {
            0x2610_0000 | counts, // addiu $16,$16,counts
            target.is64Bit() ? 0 : 0x27bd_0008, // addiu $29,$29,8
            jumpToCaller(),
            0x0020_f825, // or    $31,$1,$0
        };
    }

    private int jumpToCaller() {
        return target.isR6() ? 0x03e0_0009 : 0x03e0_0008; // jr $31, which release 6 writes jalr $0,$31
    }

    private static ElfTarget elfTarget(Target target) {
        return switch (target) {
            case O32_BE -> ElfTarget.MIPS_O32_BE;
            case O32_LE -> ElfTarget.MIPS_O32_LE;
            case N64_BE -> ElfTarget.MIPS_N64_BE;
            case N64_LE -> ElfTarget.MIPS_N64_LE;
            case O32_BE_R6 -> ElfTarget.MIPS_O32_R6_BE;
            case O32_LE_R6 -> ElfTarget.MIPS_O32_R6_LE;
            case N64_BE_R6 -> ElfTarget.MIPS_N64_R6_BE;
            case N64_LE_R6 -> ElfTarget.MIPS_N64_R6_LE;
            case PARISC_32, PARISC_64 -> throw new IllegalArgumentException(target + " has stubs of its own");
        };
    }
}
