package io.modrt.load;

import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * An address of a loaded module, told by the symbol in front of it.
 *
 * @param symbol the nearest symbol that is not behind the address
 * @param offset bytes from the symbol to the address; may lie behind the symbol's own size
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SymbolOffset(LoadedSymbol symbol, long offset) {

    /** As the kernel prints it: {@code xfs_inactive+0x1c}. */
    @Override
    public String toString() {
        return Printable.of(symbol.name()) + "+0x" + Long.toHexString(offset);
    }
}
