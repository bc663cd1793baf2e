package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.spi.SymbolValues;
import java.util.Optional;
import org.apiguardian.api.API;

/** A module each of whose symbols has its final value. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ResolvedModule {

    /** Where the module is. */
    PlacedModule placed();

    /** The final value of each symbol. */
    SymbolValues values();

    /**
     * The nearest named symbol at or in front of {@code address} within its section; empty where no section is, or no symbol in front.
     * Of several at one place the first of the table, as in the kernel; labels of the compiler's own ({@code .L…}) are passed over.
     */
    Optional<SymbolOffset> symbolAt(Address address);

    /** Applies all relocations and what the kernel does after them, to a copy of the module's bytes. */
    RelocatedModule relocate();
}
