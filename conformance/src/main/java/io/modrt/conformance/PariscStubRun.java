package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Stub;
import io.modrt.testkit.ElfImageWriter;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a 32-bit PA-RISC module of calls, loaded out of reach of what it calls, under qemu-user: each call must reach its symbol plus addend, where
 * a routine ends the program. qemu-user has no space registers; objdump checks those.
 */
final class PariscStubRun {
    /** Addends on both sides of the value at which LR' rounds up, and of a carry from RR'. */
    private static final int[] ADDENDS = {0, 4, -8, 0xffc, 0x1000, 0x1ffc, -0x1000, -0x1004};

    /** Targets that are low, that are the kernel's, on both sides of the sign bit, and negative; in some the lower 11 bits carry. */
    private static final long[] TARGETS = {
        0x0002_4000L, 0x1012_3450L, 0x1012_37fcL, 0x7ffe_d7fcL, 0x8000_2800L, 0xc000_2000L, 0xe7fe_affcL, 0xf012_3450L
    };

    /** Ranges where qemu-user maps nothing: the ends of the address space, around its middle, and around the carries. */
    private static final long[] MORE_TARGETS = {
        0x1004L, 0x2000L, 0x7fff_f7fcL, 0x7fff_fffcL, 0x8000_0000L, 0x8000_07fcL, 0xffff_dffcL
    };

    private static final long MODULE = 0x0081_1000L;
    private static final long INIT = 0x0082_0000L;
    private static final long START = 0x0041_0000L;
    private static final int STUB_BYTES = 8;
    private static final int ARRIVED = 42;

    private static final int[] EXIT = {
        0x341a_0000 | ARRIVED << 1, // ldi  ARRIVED,%r26
        0xe400_8200, //                ble  0x100(%sr2,%r0): a system call
        0x3414_0002, //                ldi  1,%r20: exit
    };

    private final Path folder;
    private final ModuleFile file;

    PariscStubRun(Path folder) {
        this.folder = folder;
        this.file = assemble();
    }

    /** Runs the module and its controls, and checks the text of all stubs; returns the faults, if any. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (long target : TARGETS) {
            faults.addAll(faults(target, true));
        }
        for (long target : MORE_TARGETS) {
            faults.addAll(faults(target, false));
        }
        return faults;
    }

    private List<String> faults(long target, boolean runs) {
        List<String> faults = new ArrayList<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.of(KernelVersion.parse("6.1.192-32bit")))
                .kernelSymbols(KernelSymbols.of(Map.of("there", Address.of(target))))
                .build()) {
            LiveModule module = runtime.load(
                    file,
                    Placement.regions(Map.of(RegionKind.CORE, Address.of(MODULE), RegionKind.INIT, Address.of(INIT))),
                    LoadPolicy.kernelExact().bestEffort());
            AddressRange core = module.placed().range(RegionKind.CORE).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(core.sizeBytes())];
            runtime.memory().read(core.start(), bytes, 0, bytes.length);
            PariscStubText text = new PariscStubText(Target.PARISC_32, folder);
            faults.addAll(text.faults(text.rows(module)));
            faults.addAll(PariscStubText.faultsInMemory(module, bytes, STUB_BYTES));
            List<Relocation> calls =
                    module.relocations().filter(call -> call.stub().isPresent()).toList();
            if (calls.size() != ADDENDS.length || module.stubs().size() != ADDENDS.length) {
                faults.add(calls.size() + " calls, " + module.stubs().size() + " stubs");
            }
            if (runs) {
                calls.forEach(call -> run(call, bytes, faults));
            }
        }
        return faults;
    }

    private void run(Relocation call, byte[] core, List<String> faults) {
        Stub stub = call.stub().orElseThrow();
        long site = call.place().P().value();
        long target = call.place().S().value() + call.place().A();
        expect(faults, stub, "", run(site, core, target) == ARRIVED);
        ByteBuffer words = ByteBuffer.wrap(core);
        int at = Math.toIntExact(stub.address().value() - MODULE);
        // the lowest and a high bit that ldil loads, and the lowest that be adds: 2 KB, 16 MB and 4 bytes
        for (int[] spoil : new int[][] {{0, 0x1000}, {0, 0x10}, {4, 0x8}}) {
            int place = at + spoil[0];
            words.putInt(place, words.getInt(place) ^ spoil[1]);
            expect(faults, stub, "control: with a broken stub ", run(site, core, target) != ARRIVED);
            words.putInt(place, words.getInt(place) ^ spoil[1]);
        }
    }

    private static void expect(List<String> faults, Stub stub, String what, boolean isSo) {
        if (!isSo) {
            faults.add(what + (what.isEmpty() ? "a call does not come to " : "a call comes to ") + stub.target());
        }
    }

    /** The exit status of a program that jumps to {@code site}, which should lead to {@code target}. */
    private int run(long site, byte[] core, long target) {
        byte[] program = ElfImageWriter.of(ElfTarget.PARISC_32)
                .code(Address.of(START), start(site))
                .segment(Address.of(MODULE), core)
                .code(Address.of(target), EXIT)
                .entry(Address.of(START))
                .build();
        Path executable = folder.resolve("program");
        try {
            Files.write(executable, program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!executable.toFile().setExecutable(true)) {
            throw new IllegalStateException(executable + " cannot be made executable");
        }
        return Tool.run(folder, List.of(Target.PARISC_32.qemu(), executable.toString()))
                .status();
    }

    private static int[] start(long site) {
        return new int[] {
            0x22c8_0008, // ldil L'START,%r22
            0x4ad6_0020, // ldw  16(%r22),%r22
            0xeac0_c002, // bv,n %r0(%r22)
            0,
            (int) site,
        };
    }

    private ModuleFile assemble() {
        StringBuilder text = new StringBuilder("\t.level 1.1\n\t.text\n");
        for (int addend : ADDENDS) {
            text.append("\tb,l there%+d,%%rp\n\tnop\n".formatted(addend));
        }
        return Target.PARISC_32.assemble(folder, text.toString());
    }
}
