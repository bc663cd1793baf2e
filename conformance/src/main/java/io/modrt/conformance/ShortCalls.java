package io.modrt.conformance;

import io.modrt.LiveModule;
import io.modrt.LoadPolicy;
import io.modrt.ModrtException;
import io.modrt.ModuleFile;
import io.modrt.ModuleRuntime;
import io.modrt.StubPolicy;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.memory.Address;
import io.modrt.memory.AddressRange;
import io.modrt.spi.SiteKind;
import io.modrt.testkit.ElfImageWriter;
import io.modrt.testkit.ElfTarget;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code short-calls MODULE MAP}: usbcore as it was reported in 2009, its calls of the kernel short ones. At a kernel's addresses the kernel's
 * way of loading refuses it, and with stubs and trampolines it loads and can be traced. At a user's addresses, as far apart, two of its
 * functions are run by qemu-user, and the calls of {@code _mcount} reach it when they should.
 */
final class ShortCalls {
    private static final long MODULE = 0x4000_0000L;
    private static final long INIT = 0x4040_0000L;
    private static final long MCOUNT = 0x1000_9ff0L;
    private static final long TRACER = 0x1002_8000L;
    private static final long START = 0x2000_0000L;
    private static final long STACK = 0x5000_0000L;
    private static final int STACK_BYTES = 0x1000;
    private static final int TRACER_COUNTS = 7;
    private static final LoadPolicy POLICY =
            LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1);

    private final ModuleFile file;
    private final Path map;
    private final PrintStream out;
    private final Checks checks;

    /** {@code map} is the kernel's System.map. */
    ShortCalls(ModuleFile file, Path map, PrintStream out) {
        this.file = file;
        this.map = map;
        this.out = out;
        this.checks = new Checks(out);
    }

    /** Runs it; whether all is as it should be. */
    boolean run() throws IOException {
        refuseAndLoad(KernelSymbols.systemMap(map).or(KernelSymbols.synthetic()));
        try (TemporaryFolder folder = TemporaryFolder.of("modrt-short-calls")) {
            execute(folder.path());
        }
        out.printf(
                "conformance: short calls: %d checks, %d failed%n", checks.passed() + checks.failed(), checks.failed());
        return checks.failed() == 0;
    }

    private ModuleRuntime runtime(KernelSymbols symbols) {
        return ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(symbols)
                .build();
    }

    private void refuseAndLoad(KernelSymbols symbols) {
        try (ModuleRuntime runtime = runtime(symbols)) {
            Optional<ModrtException> refused = runtime.refusal(file, Placement.allocated(), LoadPolicy.kernelExact());
            String log = refused.flatMap(ModrtException::kernelMessage).orElse("nothing");
            checks.add(
                    "the kernel's way",
                    log.equals("module usbcore: relocation overflow") ? List.of() : List.of("the log has " + log));
            LiveModule module = runtime.load(file, POLICY);
            Ftrace ftrace = Ftrace.attach(runtime);
            List<CallSite> sites = ftrace.sites();
            boolean isShort = sites.stream()
                    .allMatch(site ->
                            site.kind().map(SiteKind::description).orElse("").startsWith("o32 short call"));
            checks.add("forms", isShort && !sites.isEmpty() ? List.of() : List.of("not all are short calls"));
            Address mcount = symbols.find("_mcount").orElseThrow().value();
            ftrace.trace("", mcount).untrace(mcount).trace("", mcount.plus(0x40));
            out.printf(
                    "usbcore at %s: %d calls of _mcount at %s, %d stubs, trampolines %s%n",
                    module.placed().range(RegionKind.CORE).orElseThrow(),
                    sites.size(),
                    mcount,
                    module.stubs().size(),
                    ftrace.trampolines().get(module));
        }
    }

    private void execute(Path folder) throws IOException {
        KernelSymbols symbols =
                KernelSymbols.of(Map.of("_mcount", Address.of(MCOUNT))).or(KernelSymbols.synthetic());
        try (ModuleRuntime runtime = runtime(symbols)) {
            Map<RegionKind, Address> bases =
                    Map.of(RegionKind.CORE, Address.of(MODULE), RegionKind.INIT, Address.of(INIT));
            LiveModule module = runtime.load(file, Placement.regions(new EnumMap<>(bases)), POLICY);
            Ftrace ftrace = Ftrace.attach(runtime);
            Address mcount = Address.of(MCOUNT);
            Address tracer = Address.of(TRACER);
            expect("as loaded", 0, runtime, module, folder);
            ftrace.trace("", mcount);
            expect("on, through the stub", 2, runtime, module, folder);
            ftrace.untrace(mcount);
            expect("off", 0, runtime, module, folder);
            ftrace.trace("", tracer);
            expect("on again, through a trampoline", 2 * TRACER_COUNTS, runtime, module, folder);
            ftrace.untrace(tracer).trace("usb_disabled", tracer);
            expect("one function on", TRACER_COUNTS, runtime, module, folder);
        }
    }

    private void expect(String what, int status, ModuleRuntime runtime, LiveModule module, Path folder)
            throws IOException {
        int actual = execute(runtime, module, folder);
        checks.add(what, actual == status ? List.of() : List.of("exit status " + actual + ", not " + status));
    }

    private static int execute(ModuleRuntime runtime, LiveModule module, Path folder) throws IOException {
        ElfImageWriter writer = ElfImageWriter.of(ElfTarget.MIPS_O32_BE)
                .code(Address.of(START), start(module))
                .segment(Address.of(STACK), new byte[STACK_BYTES])
                .code(Address.of(MCOUNT), tracer(1))
                .code(Address.of(TRACER), tracer(TRACER_COUNTS))
                .entry(Address.of(START));
        for (RegionKind kind : List.of(RegionKind.CORE, RegionKind.INIT)) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
            runtime.memory().read(range.start(), bytes, 0, bytes.length);
            writer.segment(range.start(), bytes);
        }
        Path program = folder.resolve("program");
        Files.write(program, writer.build());
        if (!program.toFile().setExecutable(true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return Tool.run(folder, List.of("qemu-mips-static", program.toString())).status();
    }

    /** Calls a leaf, and with a null pointer a function that has a frame; what was counted is the exit status. */
    private static int[] start(LiveModule module) {
        List<Integer> words = new ArrayList<>(List.of(
                0x3c1d_0000 | (int) (STACK >> 16), // lui   $29,STACK
                0x37bd_0000 | STACK_BYTES / 2, //     ori   $29,$29,STACK_BYTES/2
                0x0000_8025)); //                     or    $16,$0,$0
        for (String function : List.of("usb_disabled", "usb_find_alt_setting")) {
            long address = module.symbol(function).orElseThrow().address().value();
            words.addAll(List.of(
                    0x3c19_0000 | (int) (address >> 16), //    lui   $25,function
                    0x3739_0000 | (int) (address & 0xffff), // ori   $25,$25,function
                    0x0320_f809, //                            jalr  $25
                    0x0000_2025)); //                          or    $4,$0,$0
        }
        words.addAll(List.of(
                0x0200_2025, //   or    $4,$16,$0
                0x2402_0fa1, //   addiu $2,$0,4001: exit
                0x0000_000c)); // syscall
        return words.stream().mapToInt(Integer::intValue).toArray();
    }

    /** As the kernel's {@code _mcount}: undoes the push of the delay slot, and gives {@code ra} back. */
    private static int[] tracer(int counts) {
        return new int[] {
            0x2610_0000 | counts, // addiu $16,$16,counts
            0x27bd_0008, //          addiu $29,$29,8
            0x03e0_0008, //          jr    $31
            0x0020_f825, //          or    $31,$1,$0
        };
    }
}
