package io.modrt.mips;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.*;
import io.modrt.version.KernelChange;
import java.util.List;
import java.util.Map;

/** MIPS kernels of either byte order, {@link O32} and {@link N64}. The page of the package describes the architecture. */
public abstract sealed class MipsArch implements Arch {
    private final String name;
    private final Width width;

    private MipsArch(String name, Width width) {
        this.name = name;
        this.width = width;
    }

    /** 32-bit kernels: ELF32 with SHT_REL. */
    public static final class O32 extends MipsArch {
        private static final int EF_MIPS_ABI2 = 0x20;
        private static final int EF_MIPS_ABI = 0xf000;
        private static final int E_MIPS_ABI_O32 = 0x1000;

        /** For {@link java.util.ServiceLoader}. */
        public O32() {
            super("mips-o32", Width.BITS_32);
        }

        /**
         * Refuses n32 and other ABIs. A kernel without MIPS_O32_FP64_SUPPORT also refuses code with 64-bit floating-point registers; that
         * is not checked here, since distributions build their kernels with it.
         */
        @Override
        public boolean accepts(ElfHeader header) {
            int abi = header.flags() & EF_MIPS_ABI;
            return header.machine() == ElfHeader.EM_MIPS
                    && header.elfClass() == ElfClass.ELF32
                    && (header.flags() & EF_MIPS_ABI2) == 0
                    && (abi == 0 || abi == E_MIPS_ABI_O32);
        }
    }

    /** 64-bit kernels: ELF64 with SHT_RELA, or SHT_REL. */
    public static final class N64 extends MipsArch {

        /** For {@link java.util.ServiceLoader}. */
        public N64() {
            super("mips-n64", Width.BITS_64);
        }

        /** The kernel compares no flags: the level of the instruction set is in the vermagic. */
        @Override
        public boolean accepts(ElfHeader header) {
            return header.machine() == ElfHeader.EM_MIPS && header.elfClass() == ElfClass.ELF64;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    /** The options that the port asks for, and those that Debian sets for other architectures. */
    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.of(
                "CONFIG_JUMP_LABEL", true,
                "CONFIG_FUNCTION_GRAPH_TRACER", true,
                "CONFIG_KALLSYMS_ALL", false,
                "CONFIG_STRICT_MODULE_RWX", false);
    }

    @Override
    public List<KernelChange> history() {
        return List.of(MipsChange.values());
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return MipsKernel.of(width, profile, header);
    }
}
