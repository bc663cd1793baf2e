package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.MemoryReader;
import io.modrt.testkit.BundledModules;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The facts about the machine in the memory of a PA-RISC kernel. */
class PariscMachineTest {
    private static final Address FLAG = Address.of(0x9070_1234L);
    private static final KernelSymbols SYMBOLS = KernelSymbols.of(Map.of("running_on_qemu", FLAG));

    /** Kernel memory that holds this number at the flag, and nothing else. */
    private static MemoryReader memory(int flag) {
        return (from, into, offset, length) -> {
            assertEquals(FLAG, from);
            assertEquals(4, length);
            into[offset + 3] = (byte) flag;
        };
    }

    private static MachineFacts machine(MachineFacts stated, KernelSymbols symbols, int flag) {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(Loads.LINUX_6_1.withMachine(stated))
                .kernelSymbols(symbols.or(KernelSymbols.synthetic()))
                .kernelMemory(memory(flag))
                .build()) {
            runtime.load(BundledModules.file("parisc-32/greeter.ko"));
            return runtime.profile().orElseThrow().machine();
        }
    }

    @Test
    void whatTheKernelFoundOutAboutQemuIsAddedToWhatIsStated() {
        MachineFacts stated = MachineFacts.of(1).withFeatures("combined-tlb");

        assertEquals(stated.withFeatures("qemu"), machine(stated, SYMBOLS, 1));
        assertEquals(stated, machine(stated, SYMBOLS, 0));
        assertEquals(stated, machine(stated, KernelSymbols.of(Map.of()), 1), "nobody knows where the flag is");
    }

    @Test
    void aMapOf16DigitsTellsWhereTheFlagIs() {
        MachineFacts stated = MachineFacts.of(1);
        KernelSymbols wide = KernelSymbols.of(Map.of("running_on_qemu", Address.of(0xffff_ffff_9070_1234L)));
        MemoryReader memory = (from, into, offset, length) -> {
            assertEquals(Address.of(0x9070_1234L), from);
            into[offset] = 1;
        };

        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(Loads.LINUX_6_1.withMachine(stated))
                .kernelSymbols(wide.or(KernelSymbols.synthetic()))
                .kernelMemory(memory)
                .build()) {
            runtime.load(BundledModules.file("parisc-32/greeter.ko"));
            assertEquals(
                    stated.withFeatures("qemu"), runtime.profile().orElseThrow().machine());
        }
    }
}
