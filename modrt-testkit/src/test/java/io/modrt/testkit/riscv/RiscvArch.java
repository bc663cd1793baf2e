package io.modrt.testkit.riscv;

import static java.util.Map.entry;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import java.util.Map;

/** RISC-V 64 kernels. The package's page describes the architecture. */
class RiscvArch implements Arch {
    private static final int EM_RISCV = 243;

    @Override
    public String name() {
        return "riscv64";
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_RISCV && header.elfClass() == ElfClass.ELF64 && !header.isBigEndian();
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.ofEntries(
                entry("CONFIG_SMP", true),
                entry("CONFIG_MODVERSIONS", true),
                entry("CONFIG_KALLSYMS", true),
                entry("CONFIG_KALLSYMS_ALL", true),
                entry("CONFIG_STRICT_MODULE_RWX", true),
                entry("CONFIG_JUMP_LABEL", true),
                entry(RiscvKernel.ABSOLUTE_CODE, false));
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new RiscvKernel(profile);
    }
}
