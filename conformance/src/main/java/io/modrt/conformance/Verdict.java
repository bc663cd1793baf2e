package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.error.ModrtException;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.LoaderChange;
import java.util.List;

/**
 * The answer of one loader to one module.
 *
 * @param errno the number of its error, in the architecture's own numbering; 0 if it took the module
 * @param lines what it logged about the refusal, without time and level
 * @param beyondKernel whether it said that the kernel does not check this
 * @param text its own message
 */
record Verdict(int errno, List<String> lines, boolean beyondKernel, String text) {

    private static final int MISSING = -1;
    private static final int CRASH = -2;
    /** A line that is a warning where a missing record is no reason to refuse. */
    private static final String NO_VERSION = ": no symbol version for ";

    private static final String FEAR = "taken, but a kernel would crash: ";

    /** Loads {@code module} into {@code runtime}, where it stays if it is taken. */
    static Verdict of(ModuleRuntime runtime, BrokenModule module, KernelShape kernel) {
        return of(runtime, module.name(), module.file(), kernel);
    }

    /** The same of the module in {@code file}. */
    static Verdict of(ModuleRuntime runtime, String name, byte[] file, KernelShape kernel) {
        try {
            LiveModule live = runtime.load(runtime.open(name + ".ko", file, LoadPolicy.kernelExact()));
            List<String> fears = live.diagnostics().stream()
                    .filter(diagnostic -> diagnostic.kind() == Diagnostic.Kind.KERNEL_CRASH)
                    .map(Diagnostic::toString)
                    .toList();
            return new Verdict(0, List.of(), false, fears.isEmpty() ? "taken" : FEAR + fears);
        } catch (ModrtException refused) {
            return new Verdict(
                    kernel.number(refused.errno()),
                    refused.kernelMessage().stream().flatMap(String::lines).toList(),
                    refused.beyondKernel(),
                    String.valueOf(refused.getMessage()));
        }
    }

    /** The number that is known of a module in advance. */
    static int expected(BrokenModule module, KernelShape kernel) {
        return module.errno().map(kernel::number).orElse(0);
    }

    /** The answer for a module that was not offered. */
    static Verdict none() {
        return new Verdict(MISSING, List.of(), false, "");
    }

    /** The answer of a kernel that died or hung. */
    static Verdict crash() {
        return new Verdict(CRASH, List.of(), false, "crash");
    }

    /** Whether the kernel died or hung. */
    boolean isCrash() {
        return errno == CRASH;
    }

    /** Whether modrt took it and said that a kernel would crash. */
    boolean fearsCrash() {
        return text.startsWith(FEAR);
    }

    /** Whether there is no answer. */
    boolean isMissing() {
        return errno == MISSING;
    }

    /**
     * What is not as it should be; empty where all is. The kernel may log several lines, of which modrt gives one. The rows say what kernels
     * since 6.1 answer; older ones look at less, so modrt is compared with the kernel alone. What crashes a kernel modrt may refuse.
     */
    static String complaint(BrokenModule module, Verdict kernel, Verdict modrt, KernelShape shape) {
        int expected = expected(module, shape);
        if (kernel.isCrash() && modrt.errno() != 0) {
            return "";
        }
        boolean isExpected = shape.profile().has(LoaderChange.SYMBOL_SECTIONS_CHECKED);
        if (isExpected && kernel.errno() != expected) {
            return "the kernel answers " + kernel.errno() + ", not " + expected;
        }
        if (!isExpected && modrt.beyondKernel()) { // the kernel does not look at it: it takes it or fails later
            return kernel.isMissing() ? "the kernel does not answer" : "";
        }
        boolean isTaken = module.kind() != BrokenModule.Kind.REFUSED;
        if (isTaken && kernel.errno() == expected) {
            return modrt.errno() == 0 ? "" : "modrt refuses it";
        }
        if (modrt.errno() != kernel.errno() || modrt.beyondKernel()) {
            return "modrt answers " + modrt.errno();
        }
        List<String> refusal = kernel.lines().stream()
                .filter(line -> shape.profile().has(LoaderChange.VERSION_RECORD_REQUIRED) || !line.contains(NO_VERSION))
                .toList();
        boolean same = modrt.lines().isEmpty() == refusal.isEmpty() && refusal.containsAll(modrt.lines());
        return same ? "" : "modrt's line " + modrt.lines();
    }
}
