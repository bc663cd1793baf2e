package io.modrt.engine;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.TableShapes;
import java.util.Objects;

/** What a kernel is, once it is known: architecture, profile and who hands out addresses. The relocation tables are made once. */
final class Target {
    private final Arch arch;
    private final KernelProfile profile;
    private final ElfHeader first;
    private final ModuleAllocator allocator;
    private final PerCpuAllocator perCpu;
    private final RelocationRows inPlace;
    private final RelocationRows explicit;
    private final FtraceTrampoline ftrace;
    private final TableShapes tables;

    Target(Arch arch, KernelProfile profile, ElfHeader first, ModuleAllocator allocator, PerCpuAllocator perCpu) {
        this.arch = Objects.requireNonNull(arch, "arch");
        this.profile = Objects.requireNonNull(profile, "profile");
        this.first = first;
        this.allocator = allocator;
        this.perCpu = perCpu;
        this.inPlace = new RelocationRows(arch.relocations(profile, AddendKind.IN_PLACE), arch.width());
        this.explicit = new RelocationRows(arch.relocations(profile, AddendKind.EXPLICIT), arch.width());
        this.ftrace = arch.ftrace(profile);
        this.tables = arch.tables(profile);
    }

    /** Whether a file that came first would have led to this target, too. */
    boolean suits(ModuleFile file, boolean profileWasGiven) {
        ElfHeader header = file.elf().header();
        return arch.accepts(header)
                && header.isBigEndian() == first.isBigEndian()
                && (profileWasGiven || profile.vermagic().equals(file.info().vermagic()));
    }

    Arch arch() {
        return arch;
    }

    KernelProfile profile() {
        return profile;
    }

    /** The header of the first module, which says what this kernel's modules look like. */
    ElfHeader first() {
        return first;
    }

    ModuleAllocator allocator() {
        return allocator;
    }

    PerCpuAllocator perCpu() {
        return perCpu;
    }

    RelocationRows rows(AddendKind addends) {
        return addends == AddendKind.IN_PLACE ? inPlace : explicit;
    }

    FtraceTrampoline ftrace() {
        return ftrace;
    }

    TableShapes tables() {
        return tables;
    }
}
