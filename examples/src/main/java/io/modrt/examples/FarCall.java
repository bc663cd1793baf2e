package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells the report of 2009: a MIPS module whose {@code jal} cannot reach the kernel. */
final class FarCall {
    /** The address of _mcount in the kernel of the report. */
    static final Address MCOUNT = Address.of(0x8027_a740L);

    /** The address of _printk in this kernel. */
    static final Address PRINTK = Address.of(0x8093_ffe8L);

    private static final Address MODULE = Address.of(0xc000_0000L);
    private static final long INIT_DISTANCE = 0x4000;

    private final ModuleFile farcall;
    private final PrintStream out;

    private FarCall(ModuleFile farcall, PrintStream out) {
        this.farcall = farcall;
        this.out = out;
    }

    static void tell(PrintStream out) throws IOException {
        ModuleFile farcall = BundledModules.open("mips-o32-be-r2", "farcall");
        KernelSymbols symbols = KernelSymbols.of(Map.of("_mcount", MCOUNT, "_printk", PRINTK));
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            FarCall story = new FarCall(farcall, out);
            story.refused(kernel);
            story.elsewhere(kernel);
            story.loaded(kernel);
        }
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            LoadPolicy withRoom =
                    LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1);
            Tracing.tell(kernel, kernel.load(farcall, at(MODULE), withRoom), out);
        }
    }

    private void refused(ModuleRuntime kernel) {
        out.println(
                "A jal takes the upper four bits of its target from the next instruction's address: it cannot leave its 256 MB.");
        out.println("Modules are at " + MODULE + ", the kernel's _mcount is at " + MCOUNT
                + ". The kernel refuses the module, and so does modrt:");
        ModrtException refusal = kernel.refusal(farcall, at(MODULE), LoadPolicy.kernelExact())
                .orElseThrow(() -> new IllegalStateException("farcall loads at " + MODULE));
        RefusalReport.print(refusal, out);
    }

    private void elsewhere(ModuleRuntime kernel) {
        out.println("\nWould it load at another address? In the kernel's own 256 MB it would:");
        Columns table = Columns.of("at", "farcall");
        for (long base : List.of(0x8f00_0000L, 0x9000_0000L, MODULE.value())) {
            Optional<ModrtException> refusal = kernel.refusal(farcall, at(Address.of(base)), LoadPolicy.kernelExact());
            table.row(Address.of(base), refusal.isEmpty() ? "loads" : "is refused");
        }
        table.print(out);
    }

    private void loaded(ModuleRuntime kernel) {
        LiveModule module =
                kernel.load(farcall, at(MODULE), LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
        out.println("\nWith StubPolicy.SHARED it loads at " + MODULE + ", with a stub for each far target:");
        new StubReport(kernel.memory(), out)
                .print(module.stubs().stream()
                        .filter(stub -> module.placed()
                                .range(RegionKind.CORE)
                                .orElseThrow()
                                .contains(stub.address()))
                        .toList());
        out.println(
                "\nThe calls go to the stubs. (With tracing off, calls of _mcount then become nops, as in the kernel.)");
        Columns calls = Columns.of("call of", "place", "relocated", "code", "in memory");
        Set<String> shown = new HashSet<>();
        module.relocations()
                .filter(applied ->
                        applied.stub().isPresent() && shown.add(applied.place().symbol()))
                .forEach(applied -> call(applied, kernel.memory(), calls));
        calls.print(out);
    }

    private static void call(Relocation applied, TargetMemory memory, Columns calls) {
        Address place = applied.place().P();
        int relocated = (int) applied.after();
        calls.row(
                applied.place().symbol(),
                place,
                HexFormat.of().toHexDigits(relocated),
                Instruction.text(relocated, place),
                StubReport.word(memory, place));
    }

    private static Placement at(Address core) {
        return Placement.regions(Map.of(RegionKind.CORE, core, RegionKind.INIT, core.plus(INIT_DISTANCE)));
    }
}
