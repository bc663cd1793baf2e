package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Stub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs the bundled module {@code farcall} in QEMU, loaded with local stubs out of reach of what it calls.
 *
 * <p>{@code farcall_outer} calls {@code _printk} twice, and {@code farcall_leaf} once; both call {@code _mcount} first when tracing is on. The
 * routines at {@code _printk} and {@code _mcount} count; the outcome is that count and what {@code _printk} returns.
 */
final class StubRun {
    private static final int PRINTK_COUNTS = 20;
    private static final int PRINTK_RETURNS = 3;
    /** The outcome of two calls of {@code _printk}. */
    private static final int OUTCOME_UNTRACED = 2 * PRINTK_COUNTS + PRINTK_RETURNS;
    /** The outcome with two more calls of {@code _mcount}, each of which counts 1. */
    private static final int OUTCOME_TRACED = OUTCOME_UNTRACED + 2;

    private static final int TRACER_COUNTS = 7;
    /** The outcome with two more calls of another tracer. */
    private static final int OUTCOME_OTHER = OUTCOME_UNTRACED + 2 * TRACER_COUNTS;

    private final Target target;
    private final ModuleFile file;
    private final MipsPlaces places;
    private final Path folder;
    private Words image;
    private Address entry;

    StubRun(Target target, ModuleFile file, MipsPlaces places, Path folder) {
        this.target = target;
        this.file = file;
        this.places = places;
        this.folder = folder;
        this.image = new Words(target.isBigEndian(), target.is64Bit());
        this.entry = places.core();
    }

    /** Runs the module and its controls; returns the faults, if any. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(KernelSymbols.of(Map.of("_mcount", places.mcount(), "_printk", places.printk())))
                .build()) {
            LiveModule module = runtime.load(
                    file,
                    places.placement(),
                    LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1));
            entry = module.symbol("farcall_outer").orElseThrow().address();
            read(runtime, module);
            expect(faults, "as loaded", OUTCOME_UNTRACED);
            Ftrace ftrace = Ftrace.attach(runtime);
            ftrace.trace("", places.mcount()); // through the stub that loading made
            read(runtime, module);
            expect(faults, "traced", OUTCOME_TRACED);
            for (Stub stub : module.stubs()) {
                long address = stub.address().value();
                if (address < places.init().value()) { // sites of init code are not called here
                    image.putWord(address, image.word(address) ^ MipsPlaces.MISS);
                    if (run() == OUTCOME_TRACED) {
                        faults.add("control: it runs with a broken stub to " + stub.symbol());
                    }
                    image.putWord(address, image.word(address) ^ MipsPlaces.MISS);
                }
            }
            expect(faults, "mended", OUTCOME_TRACED);
            faults.addAll(new StubText(target, folder).faults(image, module.stubs()));
            switchTo(runtime, module, faults);
        }
        return faults;
    }

    private void read(ModuleRuntime runtime, LiveModule module) {
        image = MipsProgram.image(target, runtime, module);
    }

    /** Switches a site off; on, to another tracer through a trampoline; to a third tracer, by its literal alone; and off and on again. */
    private void switchTo(ModuleRuntime runtime, LiveModule module, List<String> faults) {
        Address tracer = places.tracer();
        Address mcount = places.mcount();
        try (Ftrace ftrace = Ftrace.attach(runtime)) { // another Ftrace has switched its sites on
            ftrace.trace("", mcount).untrace(mcount);
            read(runtime, module);
            expect(faults, "off", OUTCOME_UNTRACED);
            ftrace.trace("", tracer);
            read(runtime, module);
            expect(faults, "traced through a trampoline", OUTCOME_OTHER);
            breakTrampolines(module, faults);
            ftrace.untrace(tracer);
            read(runtime, module);
            expect(faults, "off again", OUTCOME_UNTRACED);
            ftrace.trace("farcall_outer", tracer);
            read(runtime, module);
            expect(faults, "one function on again", OUTCOME_UNTRACED + TRACER_COUNTS);
        }
    }

    private void breakTrampolines(LiveModule module, List<String> faults) {
        Address start = module.placed().range(RegionKind.CORE).orElseThrow().start();
        image.putWord(start.value(), image.word(start.value()) ^ MipsPlaces.MISS);
        if (run() == OUTCOME_OTHER) {
            faults.add("control: it runs with a broken trampoline");
        }
    }

    private void expect(List<String> faults, String what, int outcome) {
        int actual = run();
        if (actual != outcome) {
            faults.add(what + ": outcome " + actual + ", not " + outcome);
        }
    }

    private int run() {
        Map<Address, int[]> routines = Map.of(
                places.mcount(), MipsProgram.tracer(target, 1),
                places.tracer(), MipsProgram.tracer(target, TRACER_COUNTS),
                places.printk(), MipsProgram.function(target, PRINTK_COUNTS, PRINTK_RETURNS));
        return places.machine().run(new MipsProgram(target, List.of(entry), routines, image), folder);
    }
}
