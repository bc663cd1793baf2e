package io.modrt.testkit.contract;

import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.version.KernelChange;
import java.util.List;
import java.util.Map;

/** An architecture that does what another one does, but for what a subclass changes. */
class ForwardingArch implements Arch {
    private final Arch arch;

    ForwardingArch(Arch arch) {
        this.arch = arch;
    }

    @Override
    public String name() {
        return "watched " + arch.name();
    }

    @Override
    public int spiVersion() {
        return arch.spiVersion();
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return arch.accepts(header);
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return arch.usualConfiguration(profile);
    }

    @Override
    public List<KernelChange> history() {
        return arch.history();
    }

    @Override
    public boolean looksAtClass() {
        return arch.looksAtClass();
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return changed(arch.kernel(profile, header));
    }

    /** The kernel with what a subclass changes. */
    ArchKernel changed(ArchKernel kernel) {
        return new ForwardingKernel(kernel);
    }
}
