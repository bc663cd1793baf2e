package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The module that hides modules can be loaded, and knows its own place. */
class HidingModuleTest {

    private static RelocatedModule relocated(ElfTarget target) {
        boolean wide = target.encoding().is64Bit();
        KernelProfile profile = KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC);
        KernelShape kernel = new KernelShape(
                target,
                profile,
                wide ? 0x340 : 0x240,
                wide ? 0x138 : 0xc8,
                wide ? 0x328 : 0x210,
                Map.of("_printk", 1, "module_layout", 2));
        ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(kernel.profile())
                .kernelSymbols(KernelSymbols.synthetic())
                .build();
        return runtime.plan(ModuleFile.open(new HidingModule(kernel).file()), LoadPolicy.kernelExact())
                .place()
                .resolve()
                .relocate();
    }

    private static int[] code(RelocatedModule module, ByteOrder order) {
        byte[] text = module.bytes(
                module.resolved().placed().file().elf().section(".text").orElseThrow());
        int[] words = new int[text.length / 4];
        ByteBuffer.wrap(text).order(order).asIntBuffer().get(words);
        return words;
    }

    private static Address self(RelocatedModule module) {
        return module.resolved()
                .placed()
                .address(module.resolved().placed().file().thisModule().orElseThrow())
                .orElseThrow();
    }

    @Test
    void theAddressPairOfMipsIsThatOfStructModule() {
        for (ElfTarget target : List.of(ElfTarget.MIPS_O32_LE, ElfTarget.MIPS_N64_LE)) {
            RelocatedModule module = relocated(target);
            int[] words = code(module, ByteOrder.LITTLE_ENDIAN);
            assertEquals((int) self(module).value(), (words[2] << 16) + (short) words[3]);
        }
    }

    @Test
    void theAddressPairOfPariscIsThatOfStructModule() {
        RelocatedModule module = relocated(ElfTarget.PARISC_32);
        int[] words = code(module, ByteOrder.BIG_ENDIAN);
        int low = (words[3] & 0x3fff) >>> 1; // ldo's displacement, which is positive here
        assertEquals((int) self(module).value() & 0x7ff, low & 0x7ff);
    }

    @Test
    void theAddressPairOfAArch64IsThatOfStructModule() {
        RelocatedModule module = relocated(ElfTarget.AARCH64_LE);
        int[] words = code(module, ByteOrder.LITTLE_ENDIAN);
        assertEquals((int) self(module).value() & 0xfff, words[4] >>> 10 & 0xfff);
    }

    @Test
    void theInitFunctionOfWidePariscIsADescriptor() {
        RelocatedModule module = relocated(ElfTarget.PARISC_64);
        byte[] self =
                module.bytes(module.resolved().placed().file().thisModule().orElseThrow());
        long descriptor = ByteBuffer.wrap(self).getLong(0x138);
        byte[] region = module.bytes(RegionKind.CORE);
        long base = module.resolved()
                .placed()
                .range(RegionKind.CORE)
                .orElseThrow()
                .start()
                .value();
        long function = ByteBuffer.wrap(region).getLong((int) (descriptor - base) + 16);
        long text = module.resolved()
                .placed()
                .address(
                        module.resolved().placed().file().elf().section(".text").orElseThrow())
                .orElseThrow()
                .value();
        assertEquals(text + 8, function);
    }
}
