package io.modrt.load;

import io.modrt.spi.PlacedSections;
import org.apiguardian.api.API;

/** A module whose addresses are reserved. {@link #close()} gives them back, unless the module has been committed. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PlacedModule extends PlacedSections, AutoCloseable {

    /** The plan that was placed. */
    LayoutPlan plan();

    /** Gives every symbol its value. */
    ResolvedModule resolve();

    /**
     * Gives the reserved addresses back. It has no effect when called twice, or when the module is live. Afterwards this object can still
     * be read, but {@link RelocatedModule#commit()} raises IllegalStateException.
     */
    @Override
    void close();
}
