package io.modrt.spi;

import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.util.Optional;
import org.apiguardian.api.API;

/** What an architecture is given to plan a module, before it is laid out. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PlanInput {

    /** The module. */
    ModuleFile file();

    /** How the load departs from what the kernel does. */
    LoadPolicy policy();

    /** The region in which the layout will place a section of these flags and this name; empty for a section that is not loaded. */
    Optional<RegionKind> region(Section section);
}
