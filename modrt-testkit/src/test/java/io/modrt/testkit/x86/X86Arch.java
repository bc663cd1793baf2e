package io.modrt.testkit.x86;

import static java.util.Map.entry;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import java.util.Map;

/** x86-64 kernels. The package's page describes the architecture. */
final class X86Arch implements Arch {
    private static final int EM_X86_64 = 62;

    @Override
    public String name() {
        return "x86-64";
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    /** The kernel looks at the machine alone, and reads any file of it as one of 64 bits. */
    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_X86_64 && header.elfClass() == ElfClass.ELF64 && !header.isBigEndian();
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
                entry("CONFIG_DYNAMIC_FTRACE", true));
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new X86Kernel();
    }
}
