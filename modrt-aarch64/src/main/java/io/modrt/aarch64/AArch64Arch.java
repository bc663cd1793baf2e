package io.modrt.aarch64;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.*;
import java.util.Map;

/** 64-bit Arm kernels, data in either byte order. The package's page describes the architecture. */
public final class AArch64Arch implements Arch {
    static final String RANDOMIZE_BASE = "CONFIG_RANDOMIZE_BASE";
    static final String ERRATUM_843419 = "CONFIG_ARM64_ERRATUM_843419";
    static final String CALL_OPS = "CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS";
    static final String BTI_KERNEL = "CONFIG_ARM64_BTI_KERNEL";

    private static final int EM_AARCH64 = 183;

    /** For {@link java.util.ServiceLoader}. */
    public AArch64Arch() {}

    @Override
    public String name() {
        return "aarch64";
    }

    @Override
    public int spiVersion() {
        return Arch.SPI_VERSION;
    }

    /** The kernel looks at the machine alone; of a file with 32-bit structures it would read nonsense, so none is taken here. */
    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_AARCH64 && header.elfClass() == ElfClass.ELF64;
    }

    /** These kernels look at the machine alone. */
    @Override
    public boolean looksAtClass() {
        return false;
    }

    /** What is not here is as {@link io.modrt.kernel.ConfigOption} has it; 6.12, other than 6.1, has KALLSYMS_ALL and CALL_OPS. */
    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        // spotless:off
        return Map.of(
                "CONFIG_STRICT_MODULE_RWX", true,
                "CONFIG_DYNAMIC_FTRACE", true,
                RANDOMIZE_BASE, true,
                ERRATUM_843419, true,
                CALL_OPS, true,
                BTI_KERNEL, false);
        // spotless:on
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new AArch64Kernel(profile, header);
    }
}
