package io.modrt.testkit.assertions;

import io.modrt.testkit.FakeKernel;
import java.util.List;
import org.apiguardian.api.API;

/** Assertions about a kernel for tests: those of its runtime, and those about its memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelAssert {
    private final FakeKernel kernel;
    private final RuntimeAssert runtime;

    KernelAssert(FakeKernel kernel) {
        this.kernel = kernel;
        this.runtime = new RuntimeAssert(kernel.runtime());
    }

    /** Asserts that no module is loaded. */
    public KernelAssert hasNoModules() {
        runtime.hasNoModules();
        return this;
    }

    /** Asserts which modules are loaded, the most recent first as {@code /proc/modules} has them. */
    public KernelAssert hasModules(String... expected) {
        runtime.hasModules(expected);
        return this;
    }

    /** Asserts that a module is loaded, and goes on with it. */
    public ModuleAssert hasModule(String name) {
        return runtime.hasModule(name);
    }

    /** Asserts the address of a symbol of the kernel or of a module, exported or not. */
    public KernelAssert hasSymbolAt(String name, long expected) {
        runtime.hasSymbolAt(name, expected);
        return this;
    }

    /** Asserts that no memory is reserved but that of the loaded modules, as {@link FakeKernel#leakedMemory} has it. */
    public KernelAssert leaksNoMemory() {
        List<String> leaked = kernel.leakedMemory();
        if (!leaked.isEmpty()) {
            throw Texts.failure(
                    "expected no memory to be leaked, but " + Texts.count(leaked.size(), "range")
                            + " not given back:\n  " + String.join("\n  ", leaked),
                    List.of(),
                    leaked);
        }
        return this;
    }

    /** Asserts that modules, exports, reserved ranges and all bytes of memory are as they were. */
    public KernelAssert isUnchangedSince(FakeKernel.State before) {
        List<String> changes = StateChanges.between(before, kernel.state());
        if (!changes.isEmpty()) {
            throw Texts.failure(
                    "expected the kernel to be as before, but\n  " + String.join("\n  ", changes), List.of(), changes);
        }
        return this;
    }
}
