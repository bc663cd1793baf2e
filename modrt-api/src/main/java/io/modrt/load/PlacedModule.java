package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import java.util.Optional;
import org.apiguardian.api.API;

/** A module whose addresses are reserved. {@link #close()} gives them back, unless the module has gone on to be live. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PlacedModule extends AutoCloseable {

    /** The plan that was placed. */
    LayoutPlan plan();

    /** The addresses of a region; empty where the module has none of this kind. */
    Optional<AddressRange> range(RegionKind region);

    /** The address of a section; empty for one that is not loaded. */
    Optional<Address> address(Section section);

    /**
     * The value of a kernel symbol that the architecture {@linkplain io.modrt.spi.Arch#kernelAnchors needs by name}, or the code of
     * one that its {@linkplain io.modrt.spi.FtraceTrampoline#kernelEntries tracing sites call}; empty where no source knows it.
     */
    Optional<Address> anchor(String name);

    /** Looks every symbol up. */
    ResolvedModule resolve();

    /**
     * Gives the reserved addresses back. Harmless when called twice, or once the module is live. What was placed can still be asked
     * afterwards; {@link io.modrt.load.RelocatedModule#commit()} then raises IllegalStateException.
     */
    @Override
    void close();
}
