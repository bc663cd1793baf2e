package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.verify.Reason;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a new reader sees: five short chapters on bundled modules, a page, and where to go next. */
final class Overview {
    private static final String TARGET = "mips-o32-be-r2";

    private final Screen screen;
    private final Path folder;

    private Overview(Screen screen, Path folder) {
        this.screen = screen;
        this.folder = folder;
    }

    /** Tells all chapters; the page goes into {@code folder}. */
    static void tell(Screen screen, Path folder) throws IOException {
        Overview overview = new Overview(screen, folder);
        screen.out().println("modrt loads Linux kernel modules as the kernel would, and no kernel is running here.");
        screen.heading("1. Two modules on eight kernels");
        EightKernels.tell(screen.out());
        KernelSymbols symbols = KernelSymbols.of(Map.of("_mcount", FarCall.MCOUNT, "_printk", FarCall.PRINTK))
                .or(KernelSymbols.synthetic());
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            LiveModule greeter = kernel.load(BundledModules.open(TARGET, "greeter"));
            LiveModule visitor = kernel.load(BundledModules.open(TARGET, "visitor"));
            overview.relocation(visitor, symbols);
            overview.refusal(symbols);
            overview.verification(kernel, greeter);
        }
        overview.next();
    }

    private void relocation(LiveModule visitor, KernelSymbols symbols) {
        screen.heading("2. What one word was made of");
        Relocation shown =
                new ModuleReport(visitor, symbols, screen.out()).shown().orElseThrow();
        new RelocationReport(visitor.placed().plan(), shown).print(screen.out());
    }

    private void refusal(KernelSymbols symbols) throws IOException {
        screen.heading("3. A module that kernels refused in 2009");
        ModuleFile farcall = BundledModules.open(TARGET, "farcall");
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            ModrtException refusal = kernel.refusal(farcall, Placement.allocated(), LoadPolicy.kernelExact())
                    .orElseThrow();
            screen.out().println(screen.bad("   refused"));
            RefusalReport.print(refusal, screen.out());
            LiveModule module = kernel.load(farcall, LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
            screen.out().println(screen.good("   loads with StubPolicy.SHARED") + ", whose stubs reach farther:");
            new StubReport(kernel.memory(), screen.out()).print(module.stubs().subList(0, 1));
        }
    }

    /** Changes a word, and lets the verification find it. */
    private void verification(ModuleRuntime kernel, LiveModule module) throws IOException {
        screen.heading("4. Is this memory clean?");
        told(module, Verification.of(module).run(kernel.memory()), "as loaded");
        Address place = module.symbol("greet").orElseThrow().address().plus(0x20);
        byte[] branch = {0x08, 0, 0, 0x42}; // j 0xc0000108
        kernel.memory().write(place, branch, 0, branch.length);
        VerificationResult changed = Verification.of(module).run(kernel.memory());
        told(module, changed, "after one word was changed");
        changed.differences().forEach(difference -> screen.out().println("   " + screen.bad(difference.toString())));
        Files.createDirectories(folder);
        Path map = folder.resolve("memory.html");
        Path picture = folder.resolve("modules.html");
        Files.writeString(map, changed.html());
        Files.writeString(picture, kernel.toHtml());
        screen.heading("5. Pages to look at");
        Columns.plain()
                .row(map.toAbsolutePath(), "a map of that memory, with the word in red")
                .row(picture.toAbsolutePath(), "where the modules lie")
                .print(screen.out());
    }

    private void told(LiveModule module, VerificationResult result, String when) {
        long equal = result.words(Reason.EQUAL);
        long unexplained = result.words(Reason.UNEXPLAINED);
        String verdict = unexplained + " unexplained";
        screen.out()
                .println("   " + module.name() + " " + when + ": " + equal + " words as in the file, "
                        + (result.words() - equal - unexplained) + " that the kernel changes, "
                        + (result.isClean() ? screen.good(verdict) : screen.bad(verdict)));
    }

    private void next() {
        screen.heading("What next");
        Columns.plain()
                .row("-Dexec.args=stories", "the reports of 2008 and 2009, word for word")
                .row("-Dexec.args=…", "likewise kernels, module, descriptors")
                .row(
                        "-Dexec.args=\"my.ko System.map\"",
                        "modules of your own, with the kernel's symbols if you have them")
                .row("docs/set-up-a-project.md", "a pom.xml to copy, and the first program")
                .row("docs/README.md", "all pages: emulators, reverse engineering, forensics, tests")
                .print(screen.out());
    }
}
