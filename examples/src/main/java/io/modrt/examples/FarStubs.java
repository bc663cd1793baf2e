package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Stub;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells the reports of 2008: PA-RISC modules that are larger than a branch reaches. */
final class FarStubs {
    private static final String TARGET = "parisc-32";
    private static final KernelProfile LINUX_2_6_28 = profile(new KernelVersion(2, 6, 28));
    private static final KernelProfile LINUX_2_6_29 = profile(new KernelVersion(2, 6, 29));
    private static final Address PRINTK = Address.of(0x1012_3450);

    private static final int BL = 0xe840_0000; // bl 0,%rp
    private static final int NOP = 0x0800_0240;
    private static final int PCREL17F = 12;

    private final PrintStream out;

    private FarStubs(PrintStream out) {
        this.out = out;
    }

    static void tell(PrintStream out) throws IOException {
        FarStubs story = new FarStubs(out);
        story.stubsAtTheHead();
        story.stubsInFront();
        story.oneLargeSection();
    }

    /** Kernels of that time did not protect modules' pages. */
    private static KernelProfile profile(KernelVersion version) {
        return KernelProfile.of(version).with(ConfigOption.STRICT_MODULE_RWX, false);
    }

    private static ModuleRuntime kernel(KernelProfile profile) {
        KernelSymbols known = KernelSymbols.of(Map.of("_printk", PRINTK));
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(known.or(KernelSymbols.synthetic()))
                .build();
    }

    private void stubsAtTheHead() throws IOException {
        out.println(
                "A bl reaches 256 KB, and the kernel's _printk at " + PRINTK + " is farther: calls go through stubs.");
        out.println("bulky has three sections of 96 KB. Until 2.6.28 all stubs are at the head of the module:");
        try (ModuleRuntime kernel = kernel(LINUX_2_6_28)) {
            ModuleFile bulky = BundledModules.open(TARGET, "bulky");
            RefusalReport.print(
                    kernel.refusal(bulky, Placement.allocated(), LoadPolicy.kernelExact())
                            .orElseThrow(),
                    out);
        }
    }

    private void stubsInFront() throws IOException {
        out.println(
                "\nSince 2.6.29 each section has its stubs in front of it. A report tells, before anything is loaded, how near");
        out.println("its branches are to the end of their reach:");
        try (ModuleRuntime kernel = kernel(LINUX_2_6_29)) {
            ModuleFile bulky = BundledModules.open(TARGET, "bulky");
            try (PlacedModule placed = kernel.plan(bulky).place()) {
                placed.resolve().relocate().reach().toString().lines().skip(1).forEach(line -> out.println(" " + line));
            }
            LiveModule loaded = kernel.load(bulky);
            List<Stub> stubs = loaded.stubs();
            out.println("It loads. The first of its " + stubs.size() + " stubs:");
            new StubReport(kernel.memory(), out).print(stubs.subList(0, 1));
        }
    }

    private void oneLargeSection() throws IOException {
        out.println(
                "\nIn a section larger than 256 KB, stubs in front are not enough. StubPolicy.FURTHER_REACH also puts some behind:");
        Columns table = Columns.of("section", "stubs", "where", "result");
        ModuleFile vast = BundledModules.open(TARGET, "vast");
        attempt(vast, StubPolicy.KERNEL_EXACT, "in front", table);
        attempt(vast, StubPolicy.FURTHER_REACH, "both sides", table);
        ModuleFile vaster = ModuleFile.open(vaster());
        Optional<ModrtException> refusal = attempt(vaster, StubPolicy.FURTHER_REACH, "both sides", table);
        table.print(out);
        out.println("There is a limit, and the error names it:");
        RefusalReport.print(refusal.orElseThrow(), out);
    }

    private static Optional<ModrtException> attempt(ModuleFile file, StubPolicy stubs, String where, Columns table) {
        try (ModuleRuntime kernel = kernel(LINUX_2_6_29)) {
            LoadPolicy policy = LoadPolicy.kernelExact().stubs(stubs);
            Optional<ModrtException> refusal = kernel.refusal(file, Placement.allocated(), policy);
            long kilobytes = (file.elf().section(".text").orElseThrow().sizeBytes() + 1023) / 1024;
            table.row(kilobytes + " KB", stubs, where, refusal.isEmpty() ? "loads" : "is refused");
            return refusal;
        }
    }

    /** Builds a module with one section of 640 KB and a call in its middle. */
    private static byte[] vaster() {
        int half = 320 << 10;
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.PARISC_32, "vaster");
        module.code(".text").zeros(half).words(BL, NOP).zeros(half - 8);
        module.imports("_printk").relocation(".text", half, PCREL17F, "_printk");
        return module.build();
    }
}
