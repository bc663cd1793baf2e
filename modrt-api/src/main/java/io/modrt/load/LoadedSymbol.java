package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.elf.Symbol;
import org.apiguardian.api.API;

/**
 * A symbol of a loaded module.
 *
 * @param symbol the symbol as it is in the file
 * @param address its final value
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LoadedSymbol(Symbol symbol, Address address) {

    /** The symbol's name. */
    public String name() {
        return symbol.name();
    }
}
