package io.modrt.load;

import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * An address in a module, named by the symbol in front of it, as the kernel's {@code sprint_symbol} does.
 *
 * @param symbol the nearest symbol at or in front of the address
 * @param offset bytes from the symbol to the address; may exceed the symbol's size
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SymbolOffset(LoadedSymbol symbol, long offset) {

    /** As the kernel prints it: {@code xfs_inactive+0x1c}. */
    @Override
    public String toString() {
        return Printable.name(symbol.name()) + "+0x" + Long.toHexString(offset);
    }
}
