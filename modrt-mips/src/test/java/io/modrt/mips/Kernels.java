package io.modrt.mips;

import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;

/** Makes kernels from the header of a first module. */
final class Kernels {
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));

    private Kernels() {}

    /** The kernel of {@code profile} that takes modules for {@code target}. */
    static ArchKernel of(ElfTarget target, KernelProfile profile) {
        Arch arch = target.encoding().is64Bit() ? new MipsArch.N64() : new MipsArch.O32();
        ElfHeader header = new ElfHeader(
                target.encoding().elfClass(),
                target.encoding().isBigEndian(),
                ElfHeader.ET_REL,
                target.machine(),
                target.flags(),
                target.encoding().elfClass().sectionHeaderBytes(),
                64,
                3,
                2);
        return arch.kernel(profile, header);
    }

    /** Linux 6.1 for modules of {@code target}. */
    static ArchKernel of(ElfTarget target) {
        return of(target, LINUX_6_1);
    }
}
