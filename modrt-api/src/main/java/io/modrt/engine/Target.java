package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.elf.ElfHeader;
import io.modrt.engine.layout.RegionRule;
import io.modrt.engine.relocation.KernelTables;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Width;
import java.util.Objects;

/** What a kernel is, once it is known: its architecture, profile and allocators, and the tables that are made once for all its modules. */
final class Target {
    private static final long PER_CPU_BYTES = 1 << 24;

    private final Arch arch;
    private final ArchKernel kernel;
    private final KernelProfile profile;
    private final ElfHeader first;
    private final ModuleAllocator allocator;
    private final PerCpuAllocator perCpu;
    private final KernelTables tables;
    private final RegionRule regions;
    private final KernelSymbols symbols;

    /** The kernel of {@code arch} whose first module has the header {@code first}. */
    Target(
            Arch arch,
            ArchKernel kernel,
            KernelProfile profile,
            ElfHeader first,
            ModuleAllocator allocator,
            PerCpuAllocator perCpu,
            KernelSymbols symbols) {
        this.arch = Objects.requireNonNull(arch, "arch");
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        this.profile = Objects.requireNonNull(profile, "profile");
        this.first = first;
        this.allocator = allocator;
        this.perCpu = perCpu;
        this.symbols = symbols;
        this.tables = new KernelTables(kernel, first);
        this.regions = new RegionRule(profile, kernel);
    }

    /** Whether this would be the target too if {@code file} were the first module. */
    boolean suits(ModuleFile file, boolean profileWasGiven) {
        ElfHeader header = file.elf().header();
        return arch.accepts(header)
                && header.isBigEndian() == first.isBigEndian()
                && (profileWasGiven || profile.vermagic().equals(file.info().vermagic()));
    }

    Arch arch() {
        return arch;
    }

    ArchKernel kernel() {
        return kernel;
    }

    Width width() {
        return kernel.width();
    }

    KernelProfile profile() {
        return profile;
    }

    /** The header of the first module, whose byte order all others must have. */
    ElfHeader first() {
        return first;
    }

    ModuleAllocator allocator() {
        return allocator;
    }

    PerCpuAllocator perCpu() {
        return perCpu;
    }

    /** The area of made-up symbols: the kernel's area, less the part for per-CPU bases. */
    AddressRange symbolArea() {
        AddressRange area = kernel.kernelArea();
        if (Long.compareUnsigned(area.sizeBytes(), PER_CPU_BYTES) <= 0) {
            throw new IllegalStateException(
                    arch.name() + ": ArchKernel.kernelArea() is " + area + ", and must be larger than 16 MB");
        }
        return new AddressRange(area.start(), area.sizeBytes() - PER_CPU_BYTES);
    }

    /**
     * The area of per-CPU bases if the embedder gives no allocator: the last part of the kernel's area, so that every relocation reaches
     * them. The real kernel has them elsewhere.
     */
    static AddressRange perCpuBases(ArchKernel kernel) {
        AddressRange area = kernel.kernelArea();
        return new AddressRange(area.end().plus(-PER_CPU_BYTES), PER_CPU_BYTES);
    }

    /** The kernel's symbols, at addresses of its width. */
    KernelSymbols symbols() {
        return symbols;
    }

    KernelTables tables() {
        return tables;
    }

    /** The rule for which region a section goes to. */
    RegionRule regions() {
        return regions;
    }
}
