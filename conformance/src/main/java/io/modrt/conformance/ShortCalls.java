package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.SiteKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code short-calls MODULE… MAP DUMP}: checks usbcore as it was reported in 2009, with short calls of the kernel. At a kernel's addresses, the
 * kernel-exact policy refuses it with the live kernel's log line, and with stubs and trampolines it loads and can be traced. QEMU runs two of its
 * functions, at those addresses on a Malta board without a kernel, and at equally distant addresses of a user program; the calls of
 * {@code _mcount} must reach it when they should.
 */
final class ShortCalls {
    static final LoadPolicy POLICY =
            LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1);

    private final KernelSymbols symbols;
    private final Verdict kernel;
    private final PrintStream out;
    private final Checks checks;

    /**
     * Takes the kernel's System.map.
     *
     * @param boot the dump of a boot in which the kernel was offered usbcore
     */
    ShortCalls(Path map, KernelDump boot, PrintStream out) throws IOException {
        this.symbols = KernelSymbols.systemMap(map);
        this.kernel = LiveAnswers.of(boot.answers()).getOrDefault("usbcore", Verdict.none());
        this.out = out;
        this.checks = new Checks(out);
    }

    /** Checks one build of the module. */
    void run(ModuleFile file) throws IOException {
        Target target = Target.of(file.elf().header());
        long mapped = symbols.find("_mcount").orElseThrow().value().value();
        Address mcount = Address.of(target.wrap(mapped)); // addresses in the map are sign-extended
        refuseAndLoad(file, target, mcount);
        try (TemporaryFolder folder = TemporaryFolder.of("modrt-short-calls")) {
            for (MipsPlaces places : List.of(MipsPlaces.near(), MipsPlaces.kernel(target, mcount))) {
                new ShortCallRun(file, places, folder.path(), checks).run();
            }
        }
    }

    /** Prints the number of checks; returns whether none failed. */
    boolean succeeded() {
        out.printf(
                "conformance: short calls: %d checks, %d failed%n", checks.passed() + checks.failed(), checks.failed());
        return checks.failed() == 0;
    }

    private void refuseAndLoad(ModuleFile file, Target target, Address mcount) {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(symbols.or(KernelSymbols.synthetic()))
                .build()) {
            Optional<ModrtException> refused = runtime.refusal(file, Placement.allocated(), LoadPolicy.kernelExact());
            int errno = refused.map(why -> why.errno().number()).orElse(0);
            List<String> log =
                    refused.flatMap(ModrtException::kernelMessage).stream().toList();
            checks.add(
                    target + ": the kernel's way",
                    errno == kernel.errno() && log.equals(kernel.lines())
                            ? List.of()
                            : List.of(errno + " " + log + ", the kernel's " + kernel.errno() + " " + kernel.lines()));
            out.printf("usbcore, %s: the kernel refused it with %d %s%n", target, kernel.errno(), kernel.lines());
            LiveModule module = runtime.load(file, POLICY);
            Ftrace ftrace = Ftrace.attach(runtime);
            List<CallSite> sites = ftrace.sites();
            boolean isShort = sites.stream()
                    .allMatch(site ->
                            site.kind().map(SiteKind::description).orElse("").startsWith("o32 short call"));
            checks.add(
                    target + ": forms", isShort && !sites.isEmpty() ? List.of() : List.of("not all are short calls"));
            ftrace.trace("", mcount).untrace(mcount).trace("", mcount.plus(0x40));
            out.printf(
                    "usbcore, %s, at %s: %d calls of _mcount at %s, %d stubs, trampolines %s%n",
                    target,
                    module.placed().range(RegionKind.CORE).orElseThrow(),
                    sites.size(),
                    mcount,
                    module.stubs().size(),
                    ftrace.trampolines().get(module));
        }
    }
}
