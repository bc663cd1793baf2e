package com.example.i386;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import java.util.Map;

/** 32-bit x86 kernels. */
public final class I386Arch implements Arch {
    private static final int EM_386 = 3;

    @Override
    public String name() {
        return "i386";
    }

    @Override
    public int spiVersion() {
        return Arch.SPI_VERSION;
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_386 && header.elfClass() == ElfClass.ELF32 && !header.isBigEndian();
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.of(
                "CONFIG_STRICT_MODULE_RWX", true,
                "CONFIG_JUMP_LABEL", true,
                "CONFIG_DYNAMIC_FTRACE", true);
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new I386Kernel();
    }
}
