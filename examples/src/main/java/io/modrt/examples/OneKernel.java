package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/** Looks closely at the two modules on one kernel. */
final class OneKernel {
    private static final String TARGET = "mips-o32-be-r2";

    private OneKernel() {}

    static void tell(PrintStream out) throws IOException {
        KernelSymbols known = KernelSymbols.of(Map.of("_mcount", FarCall.MCOUNT, "_printk", FarCall.PRINTK))
                .or(KernelSymbols.synthetic());
        try (ModuleRuntime kernel = ModuleRuntime.builder().kernelSymbols(known).build()) {
            LiveModule greeter = kernel.load(BundledModules.open(TARGET, "greeter"));
            LiveModule visitor = kernel.load(BundledModules.open(TARGET, "visitor"));
            out.println("The kernel: " + kernel.profile().orElseThrow());
            ModuleReport ofGreeter = new ModuleReport(greeter, known, out);
            ModuleReport ofVisitor = new ModuleReport(visitor, known, out);
            ofVisitor.layout();
            ofGreeter.exports();
            ofVisitor.imports();
            ofVisitor.relocation();
            ofGreeter.reach();
        }
    }
}
