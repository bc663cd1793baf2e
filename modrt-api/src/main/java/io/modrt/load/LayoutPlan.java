package io.modrt.load;

import io.modrt.elf.Section;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/** A module that is laid out: each section has an offset in a region, and no address yet. Immutable; the next step is {@link #place()}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface LayoutPlan {

    /** The module. */
    ModuleFile file();

    /** The architecture that accepts the module. */
    Arch arch();

    /** What that architecture says of the kernel. */
    ArchKernel archKernel();

    /** The profile of the kernel whose rules the layout follows. */
    KernelProfile profile();

    /** How the load departs from what the kernel does. */
    LoadPolicy policy();

    /** The regions that are not empty, in the kernel's order. */
    List<Region> regions();

    /** The region of a section; empty for one that is not loaded. */
    Optional<RegionKind> region(Section section);

    /** The section as it is laid out, with the size, flags and alignment that {@link io.modrt.spi.ArchPlan#shape} gives it. */
    Section shape(Section section);

    /** The section's start, in bytes from its region's; empty for a section that is not loaded. */
    OptionalLong regionOffset(Section section);

    /** Reserves memory from the runtime's allocator. */
    PlacedModule place();

    /**
     * Gives the module the addresses that {@code placement} says.
     *
     * @throws io.modrt.error.LayoutException if the addresses do not fit the plan
     */
    PlacedModule place(Placement placement);
}
