package io.modrt.spi;

import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.KernelChange;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * One architecture and width: the only type that {@link java.util.ServiceLoader} finds. It hands out the rest in the phases of a load:
 * {@link ArchKernel} for one kernel, {@link ArchPlan} for one module that is laid out, {@link ArchLoad} for one load. Stateless and safe
 * for use by many threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Arch {

    /** The version of this SPI. A constant, so the compiler copies it into a provider's class. */
    int SPI_VERSION = 3;

    /** A short name, unique among providers, for example {@code parisc64}. */
    String name();

    /**
     * The version of the SPI that the provider was compiled against: {@code return Arch.SPI_VERSION}. It has no default, since a default
     * method would return the version of the modrt-api that is present. A provider of another version is refused when it is found.
     */
    int spiVersion();

    /** Whether a kernel of this architecture takes files with this header: machine, class, byte order and flags. */
    boolean accepts(ElfHeader header);

    /** Whether its kernels look at EI_CLASS; those that do not read every file in the class of their own. */
    default boolean looksAtClass() {
        return true;
    }

    /**
     * The configuration that is usual for kernels of this architecture and version, that of Debian's, by option name as in a
     * {@code config-*} file. It gives the options that the profile does not state, and has every option that the architecture asks the
     * profile for. It is not empty. A {@link io.modrt.kernel.ConfigOption} that the engine alone asks for is here only if another value is
     * usual than {@linkplain io.modrt.kernel.ConfigOption#assumed() assumed}.
     *
     * @param profile what is known of the kernel, for options that came with a version
     */
    Map<String, Boolean> usualConfiguration(KernelProfile profile);

    /**
     * The changes of this architecture's kernels that it asks a profile for, in the order of versions. Whoever knows that a kernel differs
     * from its version finds the change here by its name, and states it ({@link KernelProfile#with(KernelChange, boolean)}).
     */
    default List<KernelChange> history() {
        return List.of();
    }

    /**
     * One kernel of this architecture.
     *
     * @param profile its version and configuration
     * @param header the header of its first module, which shows the byte order and the level of the instruction set
     */
    ArchKernel kernel(KernelProfile profile, ElfHeader header);
}
