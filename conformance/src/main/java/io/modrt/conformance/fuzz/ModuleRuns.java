package io.modrt.conformance.fuzz;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.ModrtException;
import io.modrt.export.ElfExport;
import io.modrt.export.LoadReport;
import io.modrt.export.ModulePage;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadLimits;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import io.modrt.version.KernelVersion;
import java.util.Arrays;
import java.util.List;

/** Opens, loads, explains, verifies, traces and unloads a module, by everything that an embedder may call. */
final class ModuleRuns {
    /** What a fuzzed file may take: less than usual, so that an execution's memory is in proportion to its input. */
    static final LoadLimits LIMITS = LoadLimits.standard()
            .withFileBytes(4 << 20)
            .withDecompressedBytes(2 << 20)
            .withImageBytes(128 << 10)
            .withDiagnostics(200)
            .withDifferences(200);

    static final LoadPolicy EXACT = LoadPolicy.kernelExact().limits(LIMITS);

    /** As much as a load can be talked into. */
    static final LoadPolicy BEST_EFFORT =
            EXACT.bestEffort().stubs(StubPolicy.SHARED).trampolines(1);

    private static final KernelProfile NEWEST = KernelProfile.of(new KernelVersion(7, 0, 0));
    private static final Address TRACER = Address.of(0x8011_3020L);
    private static final int FILL = 0xa5;
    private static final int LOADS_OF_A_RUNTIME = 500;
    private static final ThreadLocal<Shared> SHARED = ThreadLocal.withInitial(Shared::new);

    private ModuleRuns() {}

    /** A runtime with made-up symbols and memory that is full of {@code a5} bytes where nobody wrote. */
    static ModuleRuntime runtime(LoadPolicy policy) {
        return ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.synthetic())
                .memory(new FilledMemory())
                .policy(policy)
                .build();
    }

    /** Everything that can be done with a file. */
    static void all(byte[] file, LoadPolicy policy) {
        try (ModuleRuntime runtime = runtime(policy)) {
            ModuleFile module = runtime.open("fuzz.ko", file, policy);
            read(module);
            LiveModule live = runtime.load(module);
            explain(live);
            requireClean(live, runtime.memory());
            if ((Arrays.hashCode(file) & 7) == 0) { // why: pages take half of the time
                verifyOther(live);
            }
            trace(runtime);
            live.dropInit();
            Verification.of(live).withoutInit().run(runtime.memory());
            live.unload();
        }
    }

    /** A runtime that one thread uses for many files, since a new one looks for architectures on the class path. */
    private static final class Shared {
        private ModuleRuntime runtime = ModuleRuns.runtime(EXACT);
        private int loads;

        ModuleRuntime runtime() {
            loads++;
            if (loads % LOADS_OF_A_RUNTIME == 0) { // why: it keeps a made-up address for each name
                runtime = ModuleRuns.runtime(EXACT);
            }
            return runtime;
        }
    }

    /** Loads a file, and sees to it that a module which was just loaded is as it was loaded. */
    static void load(byte[] file, LoadPolicy policy) {
        ModuleRuntime runtime = SHARED.get().runtime();
        try {
            requireClean(runtime.load(runtime.open("fuzz.ko", file, policy), policy), runtime.memory());
        } finally {
            runtime.close();
        }
    }

    private static void read(ModuleFile module) {
        Said.of(module.info().entries());
        SymbolTable symbols = module.symbols();
        for (int i = 0; i < symbols.count(); i++) {
            Said.of(symbols.symbol(i));
        }
        module.elf().relocationSections().forEach(section -> {
            for (int i = 0; i < section.count(); i++) {
                Said.of(section.entry(i));
            }
        });
        refused(() -> Said.of(module.imports()));
        refused(() -> Said.of(module.exports()));
        refused(() -> Said.of(module.checkFor(NEWEST)));
        refused(() -> Said.of(module.builtFor()));
    }

    private static void explain(LiveModule live) {
        Said.of(live.relocations().limit(100));
        Said.of(live.reach(), live.diagnostics(), live.stubs(), live.imports(), live.exports());
        LinkedModule loaded = live.asLoaded();
        Said.of(loaded.rewrites());
        for (Section section : live.file().elf().sections()) {
            refused(() -> Said.of(live.relocated(section).length));
            Said.of(live.placed().address(section).flatMap(live::symbolAt));
        }
        Said.of(live, live.placed(), live.placed().plan(), loaded);
    }

    private static void verifyOther(LiveModule live) {
        refused(() -> Said.of(ElfExport.of(live.asLoaded()).length));
        Said.of(LoadReport.json(live), ModulePage.html(List.of(live)));
        MemoryReader other = (from, into, offset, length) -> Arrays.fill(into, offset, offset + length, (byte) FILL);
        VerificationResult wrong = Verification.of(live.asLoaded()).run(other);
        Said.of(wrong.table(), wrong.html());
    }

    private static void requireClean(LiveModule live, TargetMemory memory) {
        VerificationResult result = Verification.of(live).run(memory);
        if (!result.isClean()) {
            throw new AssertionError(
                    "just loaded, and not clean: " + result.differences().get(0));
        }
    }

    private static void trace(ModuleRuntime runtime) {
        Ftrace ftrace = Ftrace.attach(runtime);
        Said.of(ftrace.available());
        refused(() -> ftrace.trace("*", TRACER));
        refused(() -> ftrace.trace("a*b?[c-e]* !*x", TRACER));
        refused(() -> ftrace.replace(TRACER, TRACER.plus(16)));
        refused(() -> ftrace.untrace(TRACER));
        ftrace.close();
    }

    /** Runs a step that may be refused without an end to the others. */
    private static void refused(Runnable step) {
        try {
            step.run();
        } catch (ModrtException refused) {
            Said.of(refused, refused.kernelMessage());
        }
    }
}
