package io.modrt.load;

import io.modrt.layout.RegionKind;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Where an address lies among the modules of a runtime.
 *
 * @param module the module that has memory there
 * @param region which part of its memory
 * @param location the section, and the place in the file; empty between sections
 * @param name the name by the kernel's rule; empty if the kernel keeps no symbol in front of it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ModulePlace(
        LiveModule module, RegionKind region, Optional<Location> location, Optional<NamedAddress> name) {}
