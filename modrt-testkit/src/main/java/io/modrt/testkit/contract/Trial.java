package io.modrt.testkit.contract;

import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.testkit.FakeKernel;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

/** One module of a contract, on one kernel, by one policy. */
record Trial(String name, ModuleFile file, KernelSymbols symbols, KernelProfile profile, LoadPolicy policy) {
    /** What {@link #refusal} says of a module that is loaded. */
    static final String NOT_REFUSED = "it is not";

    /** A kernel for it, of an architecture that may be watched. */
    FakeKernel kernel(Arch arch) {
        return FakeKernel.of(arch, symbols, profile, policy);
    }

    /** Loads the module; empty where it is refused, which must leave everything as it was. */
    Optional<LiveModule> load(FakeKernel kernel) {
        FakeKernel.State before = kernel.state();
        try {
            return Optional.of(kernel.runtime().load(file));
        } catch (ModrtException refused) {
            Assertions.assertEquals(before, kernel.state(), () -> name + " was refused and left traces: " + refused);
            return Optional.empty();
        }
    }

    /** Why the module is refused, for messages. */
    String refusal(Arch arch) {
        return kernel(arch)
                .runtime()
                .refusal(file, Placement.allocated(), policy)
                .map(ModrtException::toString)
                .orElse(NOT_REFUSED);
    }

    @Override
    public String toString() {
        return name;
    }
}
