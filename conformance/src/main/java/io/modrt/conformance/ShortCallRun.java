package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs two functions of usbcore, built with short calls, in QEMU, out of reach of what they call: a leaf, and one with a frame. With null pointers
 * they call only {@code _mcount} and return 0, so the outcome is what the tracers have counted.
 */
final class ShortCallRun {
    private static final List<String> FUNCTIONS = List.of("usb_disabled", "usb_find_alt_setting");
    private static final int TRACER_COUNTS = 7;

    private final ModuleFile file;
    private final Target target;
    private final MipsPlaces places;
    private final Path folder;
    private final Checks checks;

    ShortCallRun(ModuleFile file, MipsPlaces places, Path folder, Checks checks) {
        this.file = file;
        this.target = Target.of(file.elf().header());
        this.places = places;
        this.folder = folder;
        this.checks = checks;
    }

    /** Runs them as loaded, traced and untraced, and with a broken trampoline. */
    void run() {
        Address mcount = places.mcount();
        Address tracer = places.tracer();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(file.info().vermagic().orElseThrow()))
                .kernelSymbols(KernelSymbols.of(Map.of("_mcount", mcount)).or(KernelSymbols.synthetic()))
                .build()) {
            LiveModule module = runtime.load(file, places.placement(), ShortCalls.POLICY);
            Ftrace ftrace = Ftrace.attach(runtime);
            expect("as loaded", 0, runtime, module);
            ftrace.trace("", mcount);
            expect("on, through the stub", FUNCTIONS.size(), runtime, module);
            ftrace.untrace(mcount);
            expect("off", 0, runtime, module);
            ftrace.trace("", tracer);
            int counts = FUNCTIONS.size() * TRACER_COUNTS;
            expect("on again, through a trampoline", counts, runtime, module);
            breakTrampoline(counts, MipsProgram.image(target, runtime, module), module);
            ftrace.untrace(tracer).trace(FUNCTIONS.get(0), tracer);
            expect("one function on", TRACER_COUNTS, runtime, module);
        }
    }

    private void expect(String what, int outcome, ModuleRuntime runtime, LiveModule module) {
        int actual = run(MipsProgram.image(target, runtime, module), module);
        add(what, actual == outcome ? List.of() : List.of("outcome " + actual + ", not " + outcome));
    }

    private void breakTrampoline(int outcome, Words image, LiveModule module) {
        long trampoline = places.core().value(); // trampolines are at the start of the region
        image.putWord(trampoline, image.word(trampoline) ^ MipsPlaces.MISS);
        add("control", run(image, module) == outcome ? List.of("it runs with a broken trampoline") : List.of());
    }

    private void add(String what, List<String> faults) {
        checks.add(target + ", " + places.name() + ": " + what, faults);
    }

    private int run(Words image, LiveModule module) {
        List<Address> functions = FUNCTIONS.stream()
                .map(name -> module.symbol(name).orElseThrow().address())
                .toList();
        Map<Address, int[]> routines = Map.of(
                places.mcount(), MipsProgram.tracer(target, 1),
                places.tracer(), MipsProgram.tracer(target, TRACER_COUNTS));
        return places.machine().run(new MipsProgram(target, functions, routines, image), folder);
    }
}
