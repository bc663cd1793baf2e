package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.util.Optional;
import org.apiguardian.api.API;

/** A module whose sections have addresses. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PlacedSections {

    /** The module. */
    ModuleFile file();

    /** The profile of the kernel. */
    KernelProfile profile();

    /** How the load departs from what the kernel does. */
    LoadPolicy policy();

    /** The architecture's plan for this module. */
    ArchPlan archPlan();

    /** The section as it is laid out, with the size, flags and alignment that {@link ArchPlan#shape} gives it. */
    Section shape(Section section);

    /** The region of a section; empty for one that is not loaded. */
    Optional<RegionKind> region(Section section);

    /** The address range of a region; empty if the module has no region of this kind. */
    Optional<AddressRange> range(RegionKind region);

    /** The address of a section; empty for one that is not loaded. */
    Optional<Address> address(Section section);

    /**
     * The value of a kernel symbol that the architecture {@linkplain ArchKernel#anchors needs by name}, or the address of the code of one
     * that its {@linkplain TracingSites#kernelEntries tracing sites call}; empty if the runtime's symbols do not have it.
     */
    Optional<Address> anchor(String name);
}
