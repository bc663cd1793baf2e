package io.modrt.testkit.engine;

import io.modrt.ModuleRuntime;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;

/** Small modules that each test shapes further, and the runtime they are loaded into. */
final class Samples {
    static final int CRC = 0x1234_abcd;

    /** {@code nop}. */
    static final int NOP = 0xd503_201f;

    private Samples() {}

    static ModuleRuntime.Builder runtime() {
        return ModuleRuntime.builder().arch(new SampleArch());
    }

    /** A module with a function and a doubleword of data. */
    static KernelModuleBuilder module(String name) {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name)
                .withoutPlaceholders()
                .text(NOP, NOP)
                .function(name + "_run", ".text", 0)
                .data(0, 0)
                .object(name + "_value", ".data", 0);
    }

    /** A module that exports its function with a CRC. */
    static KernelModuleBuilder exporter(String name) {
        return module(name).exports(name + "_run", export -> export.crc(CRC));
    }

    /** A module whose data points at another's function. */
    static KernelModuleBuilder importer(String name, String symbol) {
        return module(name).imports(symbol, CRC).relocation(".data", 0, ElfTarget.AARCH64_LE.pointerType(), symbol);
    }

    static ModuleFile file(KernelModuleBuilder module) {
        return ModuleFile.open(module.build());
    }

    static ModuleFile file(KernelModuleBuilder module, LoadPolicy policy) {
        return ModuleFile.open(module.build(), policy);
    }
}
