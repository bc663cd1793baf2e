package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.spi.SymbolValues;
import java.util.Optional;
import org.apiguardian.api.API;

/** A module whose symbols all have their final values. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ResolvedModule {

    /** The module at its addresses. */
    PlacedModule placed();

    /** The final value of each symbol. */
    SymbolValues values();

    /**
     * The named symbol at {@code address}, or else the nearest one in front of it in the same section; empty if no section or no symbol is
     * there. Of several symbols at one place the first in the symbol table is taken, as the kernel does; local labels of the compiler
     * ({@code .L…}) are left out.
     */
    Optional<SymbolOffset> symbolAt(Address address);

    /** Applies all relocations and the kernel's changes after them, to a copy of the module's bytes. */
    RelocatedModule relocate();
}
