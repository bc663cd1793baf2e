package io.modrt.load;

import io.modrt.spi.PlacedSections;
import org.apiguardian.api.API;

/** A module whose addresses are reserved. {@link #close()} gives them back, unless the module has gone on to be live. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PlacedModule extends PlacedSections, AutoCloseable {

    /** The plan that was placed. */
    LayoutPlan plan();

    /** Looks every symbol up. */
    ResolvedModule resolve();

    /**
     * Gives the reserved addresses back. Harmless when called twice, or once the module is live. What was placed can still be asked
     * afterwards; {@link RelocatedModule#commit()} then raises IllegalStateException.
     */
    @Override
    void close();
}
