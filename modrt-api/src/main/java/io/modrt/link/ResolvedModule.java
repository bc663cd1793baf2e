package io.modrt.link;

import io.modrt.layout.PlacedModule;
import io.modrt.spi.SymbolValues;
import org.apiguardian.api.API;

/** A module each of whose symbols has its final value. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ResolvedModule {

    /** Where the module is. */
    PlacedModule placed();

    /** The final value of each symbol. */
    SymbolValues values();

    /** Applies all relocations and what the kernel does after them, to a copy of the module's bytes. */
    RelocatedModule relocate();
}
