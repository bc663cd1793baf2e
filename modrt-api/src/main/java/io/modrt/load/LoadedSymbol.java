package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.elf.Symbol;
import io.modrt.error.RelocationPlace;
import org.apiguardian.api.API;

/**
 * A symbol of a loaded module.
 *
 * @param symbol the symbol as it is in the file
 * @param address its final value
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LoadedSymbol(Symbol symbol, Address address) {

    /** Whether symbol and addend of a relocation come to this symbol's address. */
    boolean isAt(RelocationPlace place) {
        boolean isSection = symbol.sectionIndex() > 0 && symbol.sectionIndex() < Symbol.SHN_LORESERVE;
        return isSection && place.S().plus(place.A()).equals(address);
    }

    /** The symbol's name. */
    public String name() {
        return symbol.name();
    }
}
