package io.modrt.parisc;

import io.modrt.elf.ElfHeader;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.*;
import io.modrt.version.KernelChange;
import java.util.List;
import java.util.Map;

/** PA-RISC kernels: {@link Narrow} with 32-bit and {@link Wide} with 64-bit addresses. The page of the package describes the architecture. */
public abstract sealed class PariscArch implements Arch {
    private final String name;
    private final Width width;

    private PariscArch(Width width) {
        this.name = "parisc" + width.bytes() * Byte.SIZE;
        this.width = width;
    }

    /** 32-bit kernels. */
    public static final class Narrow extends PariscArch {

        /** For {@link java.util.ServiceLoader}. */
        public Narrow() {
            super(Width.BITS_32);
        }
    }

    /** 64-bit kernels. */
    public static final class Wide extends PariscArch {

        /** For {@link java.util.ServiceLoader}. */
        public Wide() {
            super(Width.BITS_64);
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

    /** The kernel does not check whether the code is for PA 1.1 or 2.0. */
    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == ElfHeader.EM_PARISC
                && header.elfClass().wordBytes() == width.bytes()
                && header.isBigEndian();
    }

    /** The options in which Debian's kernels differ from {@link ConfigOption#assumed()}. */
    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.of(
                "CONFIG_KALLSYMS_ALL", true,
                "CONFIG_STRICT_MODULE_RWX", profile.has(PariscChange.STRICT_MODULE_RWX),
                "CONFIG_JUMP_LABEL", width == Width.BITS_64,
                "CONFIG_MODULE_SIG", false,
                "CONFIG_MODULE_FORCE_LOAD", false);
    }

    @Override
    public List<KernelChange> history() {
        return List.of(PariscChange.values());
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new PariscKernel(width, profile);
    }
}
