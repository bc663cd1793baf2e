package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfImageWriter;
import io.modrt.testkit.ElfTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs {@code greet_secretly}, a function of the bundled module {@code greeter} that calls {@code kfree}, under qemu-user on 32-bit PA-RISC,
 * with the module at an address of a kernel's module area: with tracing off, on, off and on again.
 *
 * <p>A branch leaves the privilege level in the lowest bits of its link: 0 in a kernel, 3 in a user program. The code of a traced site loads
 * relative to that link, so for this run the displacement of its load is changed to 3 less.
 */
final class PariscTraceRun {
    private static final long MODULE = 0x0081_0000L;
    private static final long INIT = 0x0091_0000L;
    private static final long KFREE = 0x1012_3450L;
    private static final long TRACER = 0x1034_5670L;
    private static final long START = 0x2000_0000L;
    private static final long STACK = 0x5000_0000L;
    private static final int STACK_BYTES = 0x1000;

    private static final int STATUS_UNTRACED = 20;
    private static final int STATUS_TRACED = STATUS_UNTRACED + 5;

    private static final int LOAD = 0x4821_3fd1; // ldw -0x18(%r1),%r1
    private static final int USERS_LOAD = 0x4821_3fcb; // ldw -0x1b(%r1),%r1

    private final ModuleFile file;
    private final Path folder;

    PariscTraceRun(ModuleFile file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /** Runs the function; returns the faults, if any. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(
                        KernelSymbols.of(Map.of("kfree", Address.of(KFREE))).or(KernelSymbols.synthetic()))
                .build()) {
            LiveModule module = runtime.load(
                    file,
                    Placement.regions(new EnumMap<>(
                            Map.of(RegionKind.CORE, Address.of(MODULE), RegionKind.INIT, Address.of(INIT)))),
                    LoadPolicy.kernelExact());
            Ftrace ftrace = Ftrace.attach(runtime);
            Address tracer = Address.of(TRACER);
            expect(faults, "as loaded", STATUS_UNTRACED, runtime, module);
            ftrace.trace("greet_secretly", tracer);
            expect(faults, "on", STATUS_TRACED, runtime, module);
            ftrace.untrace(tracer);
            expect(faults, "off", STATUS_UNTRACED, runtime, module);
            ftrace.trace("", tracer);
            expect(faults, "on again", STATUS_TRACED, runtime, module);
        }
        return faults;
    }

    private void expect(List<String> faults, String what, int status, ModuleRuntime runtime, LiveModule module) {
        int actual = run(runtime, module);
        if (actual != status) {
            faults.add(what + ": exit status " + actual + ", not " + status);
        }
    }

    private int run(ModuleRuntime runtime, LiveModule module) {
        Address function = module.symbol("greet_secretly").orElseThrow().address();
        ElfImageWriter program = ElfImageWriter.of(ElfTarget.PARISC_32)
                .code(Address.of(START), start((int) function.value()))
                .segment(Address.of(STACK), new byte[STACK_BYTES])
                .code(Address.of(KFREE), 0xe840_c000, 0x3484_0028) // bv %r0(%rp); ldo 20(%r4),%r4
                .code(Address.of(TRACER), tracer())
                .entry(Address.of(START));
        for (RegionKind kind : List.of(RegionKind.CORE, RegionKind.INIT)) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
            runtime.memory().read(range.start(), bytes, 0, bytes.length);
            program.segment(range.start(), forUsers(bytes));
        }
        Path executable = folder.resolve("program");
        try {
            Files.write(executable, program.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!executable.toFile().setExecutable(true)) {
            throw new IllegalStateException(executable + " cannot be made executable");
        }
        return Tool.run(folder, List.of("qemu-hppa-static", executable.toString()))
                .status();
    }

    private static byte[] forUsers(byte[] code) {
        ByteBuffer words = ByteBuffer.wrap(code);
        for (int at = 0; at + Integer.BYTES <= code.length; at += Integer.BYTES) {
            if (words.getInt(at) == LOAD) {
                words.putInt(at, USERS_LOAD);
            }
        }
        return code;
    }

    private static int[] start(int function) {
        return new int[] {
            0x20a0_0400, // ldil  L'START,%r5
            0x3404_0000, // ldi   0,%r4
            0x48a1_0060, // ldw   0x30(%r5),%r1: the function
            0x48be_0068, // ldw   0x34(%r5),%sp
            0xe420_2000, // ble   0(%sr4,%r1)
            0x081f_0242, // copy  %r31,%rp
            0x0804_025a, // copy  %r4,%r26
            0x3414_0002, // ldi   1,%r20: exit
            0xe400_8200, // ble   0x100(%sr2,%r0): the gateway page
            0x0800_0240, // nop
            0x0800_0240, // nop
            0x0800_0240, // nop
            function,
            (int) STACK + STACK_BYTES / 2, // the stack grows up
        };
    }

    /** A tracer like the kernel's: removes the frame that the site made, counts, and returns behind the function's first word. */
    private static int[] tracer() {
        return new int[] {
            0x4fc1_3f81, // ldw,mb -0x40(%sp),%r1: the call site + 8
            0x3484_000a, // ldo    5(%r4),%r4
            0x3421_3ff9, // ldo    -4(%r1),%r1
            0xe820_c002, // bv,n   %r0(%r1)
        };
    }
}
