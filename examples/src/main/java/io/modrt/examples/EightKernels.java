package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.List;

/** Loads the same two modules for kernels of three architectures, both widths and both byte orders. */
final class EightKernels {
    private static final List<String> TARGETS = List.of(
            "mips-o32-be-r2",
            "mips-o32-le-r2",
            "mips-n64-be-r2",
            "mips-n64-le-r6",
            "parisc-32",
            "parisc-64",
            "aarch64-le",
            "aarch64-be");

    private EightKernels() {}

    static void tell(PrintStream out) throws IOException {
        out.println(
                "greeter, and visitor, which uses what greeter exports. What they import of the kernel has made-up");
        out.println("addresses (KernelSymbols.synthetic()).");
        Columns table = Columns.of("kernel", "greeter at", "visitor at", "relocations", "visitor's first bytes");
        for (String target : TARGETS) {
            try (ModuleRuntime kernel = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .build()) {
                LiveModule greeter = kernel.load(BundledModules.open(target, "greeter"));
                LiveModule visitor = kernel.load(BundledModules.open(target, "visitor"));
                byte[] first = new byte[8];
                kernel.memory().read(code(visitor), first, 0, first.length);
                long relocations =
                        greeter.relocations().count() + visitor.relocations().count();
                String bytes = HexFormat.ofDelimiter(" ").formatHex(first);
                table.row(target, base(greeter), base(visitor), relocations, bytes);
            }
        }
        table.print(out);
    }

    /** The first section with code. PA-RISC's compiler makes a section for each function and leaves {@code .text} empty. */
    private static Address code(LiveModule module) {
        return module.file().elf().sections().stream()
                .filter(section -> section.isExecutable() && section.sizeBytes() > 0)
                .findFirst()
                .flatMap(module.placed()::address)
                .orElseThrow();
    }

    private static Address base(LiveModule module) {
        return module.placed().range(RegionKind.CORE).orElseThrow().start();
    }
}
