package io.modrt.testkit;

import io.modrt.ModuleRuntime;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * A runtime with all that a test wants to look at: its memory is a {@link FakeMemory} of bytes 0xa5, its allocator a
 * {@link FakeAllocator} over the architecture's module area whose contents count, and {@link #state()} is what a load that fails
 * must not change.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeKernel {
    private static final int UNTOUCHED = 0xa5;

    private final FakeMemory memory = FakeMemory.filledWith(UNTOUCHED);
    private final FakeAllocator allocator = FakeAllocator.overUsedModuleArea();
    private final ModuleRuntime runtime;

    /**
     * What a kernel has.
     *
     * @param memory what was written, as {@link FakeMemory#contents()} has it
     * @param reserved the address ranges that are handed out
     * @param modules the loaded modules with their users, the most recent first
     * @param exports what they export
     */
    public record State(
            Map<Long, String> memory, List<AddressRange> reserved, List<String> modules, List<KernelSymbol> exports) {}

    private FakeKernel(
            Arch arch, KernelProfile profile, KernelSymbols symbols, LoadPolicy policy, ModuleListener... listeners) {
        ModuleRuntime.Builder builder = ModuleRuntime.builder()
                .arch(arch)
                .profile(profile)
                .kernelSymbols(symbols)
                .memory(memory)
                .allocator(allocator::in)
                .policy(policy);
        List.of(listeners).forEach(builder::listener);
        runtime = builder.build();
    }

    /** The kernel that {@link KernelModuleBuilder#VERMAGIC} names, with nothing loaded; it departs in nothing from the real one. */
    public static FakeKernel of(Arch arch, KernelSymbols symbols, ModuleListener... listeners) {
        KernelProfile profile = KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC);
        return new FakeKernel(arch, profile, symbols, LoadPolicy.kernelExact(), listeners);
    }

    /** A kernel of any profile, that loads by {@code policy}. */
    public static FakeKernel of(Arch arch, KernelSymbols symbols, KernelProfile profile, LoadPolicy policy) {
        return new FakeKernel(arch, profile, symbols, policy);
    }

    /** The runtime. */
    public ModuleRuntime runtime() {
        return runtime;
    }

    /** Its memory. */
    public FakeMemory memory() {
        return memory;
    }

    /** Its allocator. */
    public FakeAllocator allocator() {
        return allocator;
    }

    /** All that a failing load leaves as it was. */
    public State state() {
        List<KernelSymbol> exports = new ArrayList<>();
        List<String> modules = new ArrayList<>();
        for (LiveModule module : runtime.modules()) {
            exports.addAll(module.exports());
            modules.add(module + " used by " + module.users());
        }
        return new State(memory.contents(), allocator.reserved(), modules, exports);
    }
}
