package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.spi.ArchKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Checks whether memory holds a kernel: its code and its constants must be as its {@code vmlinux} has them, or as the boot rewrites them, or
 * differ for a reason that has a name. Memory of the kernel's initialisation, which is freed, is not read, and neither are its variables.
 * Immutable; {@link #run} may be called any number of times, on any memory.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelVerification {
    private final ElfFile vmlinux;
    private final ArchKernel arch;
    private final KernelProfile profile;
    private final LinkedKernel kernel;
    private final List<Other> others;
    private final List<PatchSite> sites;

    /**
     * The kernel on another machine.
     *
     * @param what what that machine has, in words
     */
    record Other(String what, LinkedKernel kernel) {}

    private KernelVerification(
            ElfFile vmlinux,
            ArchKernel arch,
            KernelProfile profile,
            LinkedKernel kernel,
            List<Other> others,
            List<PatchSite> sites) {
        this.vmlinux = vmlinux;
        this.arch = arch;
        this.profile = profile;
        this.kernel = kernel;
        this.others = List.copyOf(others);
        this.sites = List.copyOf(sites);
    }

    /**
     * A check of memory against a kernel that has booted.
     *
     * @param arch the architecture's kernel on the machine that runs it
     * @param profile the kernel's profile
     * @throws io.modrt.error.FormatException if the file is no linked kernel with a symbol table, or if one of its tables leads out of it
     */
    public static KernelVerification of(ElfFile vmlinux, ArchKernel arch, KernelProfile profile) {
        return new KernelVerification(vmlinux, arch, profile, booted(vmlinux, arch), List.of(), List.of());
    }

    private static LinkedKernel booted(ElfFile vmlinux, ArchKernel arch) {
        LinkedKernel kernel = new LinkedKernel(vmlinux, arch);
        arch.boot().rewrite(kernel);
        return kernel;
    }

    /**
     * The same check, where code that the boot rewrites may also be as it would be on another machine.
     *
     * @param other the same kernel there
     * @param what what that machine has, in words
     */
    public KernelVerification orOn(ArchKernel other, String what) {
        List<Other> more = new ArrayList<>(others);
        more.add(new Other(what, booted(vmlinux, other)));
        return new KernelVerification(vmlinux, arch, profile, kernel, more, sites);
    }

    /** The same check with another site, for example that of a kprobe. One that lies in no code of the kernel explains nothing. */
    public KernelVerification withSite(PatchSite site) {
        List<PatchSite> more = new ArrayList<>(sites);
        more.add(site);
        return new KernelVerification(vmlinux, arch, profile, kernel, others, more);
    }

    /**
     * Compares the kernel with {@code memory}, which is also asked for the keys of static branches.
     *
     * @throws io.modrt.error.FormatException if the memory holds a kernel with another version line
     */
    public VerificationResult run(MemoryReader memory) {
        return new KernelCheck(this, memory).result();
    }

    /** What the kernel should have in {@code length} bytes from {@code from} on, after the boot; empty where its file has no contents. */
    public Optional<byte[]> expected(Address from, int length) {
        return kernel.bytes(arch.canonical(from), length);
    }

    ElfFile vmlinux() {
        return vmlinux;
    }

    ArchKernel arch() {
        return arch;
    }

    KernelProfile profile() {
        return profile;
    }

    LinkedKernel kernel() {
        return kernel;
    }

    List<PatchSite> sites() {
        return sites;
    }

    List<Other> others() {
        return others;
    }
}
