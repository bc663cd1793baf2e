package io.modrt.spi;

import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * One architecture and width: the only type that {@link java.util.ServiceLoader} finds; it hands out the rest. Stateless and
 * safe for use by many threads; {@link #begin} gives the state of one load.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Arch {

    /** The version of this SPI that modrt now speaks. */
    int SPI_VERSION = 1;

    /** A short name, unique among providers, for example {@code parisc64}. */
    String name();

    /** The {@link #SPI_VERSION} that the provider was written for; another one is refused when it is found. */
    default int spiVersion() {
        return SPI_VERSION;
    }

    /** Whether a kernel of this architecture takes files with this header: machine, class, byte order and flags. */
    boolean accepts(ElfHeader header);

    /** The width of addresses. */
    Width width();

    /** What Debian's kernels of this architecture are configured with, for options that nobody stated. */
    Map<ConfigOption, Boolean> usualConfiguration();

    /** Where the kernel keeps modules. */
    AddressRange moduleArea(KernelProfile profile);

    /**
     * The types that the kernel applies in sections of this kind; with no rows where it refuses such sections. May also have types
     * {@linkplain RelocationTable#beyondKernel beyond the kernel}.
     */
    RelocationTable relocations(KernelProfile profile, AddendKind addends);

    /** The shapes of the tables that the kernel sorts or patches. */
    TableShapes tables(KernelProfile profile);

    /** Kernel symbols that a load needs by name, besides the module's own imports: {@link PlacedModule#anchor} has their values. */
    default Set<String> kernelAnchors(KernelProfile profile) {
        return Set.of();
    }

    /** The bytes to add around the file's sections; sees all relocation sections. */
    default SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
        return SectionSizer.none();
    }

    /** The state of one load. Two loads may run at the same time. */
    ArchLoad begin(PlacedModule placed, LoadPolicy policy);

    /** The words of static branches in modules with this header; empty where they are not known. */
    default Optional<StaticBranch> staticBranch(ElfHeader header) {
        return Optional.empty();
    }

    /** The words of function-tracing sites. */
    default FtraceTrampoline ftrace(KernelProfile profile) {
        return FtraceTrampoline.none();
    }
}
