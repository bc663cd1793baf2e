package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Both widths pass what every architecture must pass, with each of their types, built and compiled. */
class PariscContractTest {
    private static final int NOP = 0x0800_0240;
    private static final int BL = 0xe840_0000;
    private static final int BL_22 = 0xe800_a000;

    private static final List<LoadPolicy> POLICIES = List.of(
            LoadPolicy.kernelExact(),
            LoadPolicy.kernelExact().stubs(StubPolicy.SHARED),
            LoadPolicy.kernelExact().stubs(StubPolicy.FURTHER_REACH));

    /** Where kernels lie, and far away. */
    private static Map<String, KernelSymbols> kernels(long image) {
        return Map.of(
                "kernel addresses",
                KernelSymbols.synthetic(new AddressRange(Address.of(image), 1 << 20), 64),
                "low addresses",
                KernelSymbols.synthetic());
    }

    @Nested
    class Narrow extends ArchContract {
        @Override
        protected Arch arch() {
            return new PariscArch.Narrow();
        }

        @Override
        protected Map<String, KernelSymbols> kernels() {
            return PariscContractTest.kernels(0x1010_0000);
        }

        @Override
        protected List<LoadPolicy> policies() {
            return POLICIES;
        }

        @Override
        protected Map<String, byte[]> modules() {
            KernelModuleBuilder all = KernelModuleBuilder.of(ElfTarget.PARISC_32, "all");
            all.text(BL, NOP, BL_22, NOP, 0x2020_0000, 0x3421_0000, 0x2b60_0000, 0x4833_0000, BL, NOP)
                    .relocation(".text", 0, 12, "printk")
                    .relocation(".text", 8, 74, "schedule")
                    .relocation(".text", 16, 2, "jiffies", 4)
                    .relocation(".text", 20, 6, "jiffies", 4)
                    .relocation(".text", 24, 18, "jiffies")
                    .relocation(".text", 28, 22, "jiffies")
                    .function("near", ".text", 36)
                    .relocation(".text", 32, 12, "near")
                    .data(0, 0, 0, 0, 0);
            int[] types = {1, 9, 41, 49, 65};
            for (int i = 0; i < types.length; i++) {
                all.relocation(".data", 4L * i, types[i], "jiffies");
            }
            KernelModuleBuilder small = KernelModuleBuilder.of(ElfTarget.PARISC_32, "small");
            small.text(BL, NOP).relocation(".text", 0, 12, "printk").initText(NOP);
            return Map.of(
                    "all",
                    all.build(),
                    "small",
                    small.build(),
                    "selectors",
                    Bundled.file("parisc-32/selectors.ko"),
                    "greeter",
                    Bundled.file("parisc-32/greeter.ko"));
        }
    }

    @Nested
    class Wide extends ArchContract {
        @Override
        protected Arch arch() {
            return new PariscArch.Wide();
        }

        @Override
        protected Map<String, KernelSymbols> kernels() {
            return PariscContractTest.kernels(0x4010_0000);
        }

        @Override
        protected List<LoadPolicy> policies() {
            return POLICIES;
        }

        @Override
        protected Map<String, byte[]> modules() {
            KernelModuleBuilder all = KernelModuleBuilder.of(ElfTarget.PARISC_64, "all");
            all.text(BL_22, NOP, BL_22, NOP, 0x2b60_0000, 0x5035_0000, BL_22, NOP)
                    .relocation(".text", 0, 74, "printk")
                    .relocation(".text", 8, 74, "$$mulI")
                    .relocation(".text", 16, 34, "jiffies", 4)
                    .relocation(".text", 20, 38, "jiffies", 4)
                    .function("near", ".text", 28)
                    .relocation(".text", 24, 74, "near")
                    .data(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            all.relocation(".data", 0, 9, "jiffies")
                    .relocation(".data", 4, 41, "jiffies")
                    .relocation(".data", 8, 49, "jiffies")
                    .relocation(".data", 16, 64, "near")
                    .relocation(".data", 24, 72, "jiffies")
                    .relocation(".data", 32, 80, "jiffies");
            KernelModuleBuilder small = KernelModuleBuilder.of(ElfTarget.PARISC_64, "small");
            small.text(BL_22, NOP).relocation(".text", 0, 74, "printk").initText(NOP);
            return Map.of(
                    "all",
                    all.build(),
                    "small",
                    small.build(),
                    "selectors",
                    Bundled.file("parisc-64/selectors.ko"),
                    "greeter",
                    Bundled.file("parisc-64/greeter.ko"));
        }
    }
}
