package io.modrt.spi;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * A stub in a module's memory.
 *
 * @param address where it is
 * @param target where it goes
 * @param symbol the name of the symbol for which it was made
 * @param template its code
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Stub(Address address, Address target, String symbol, StubTemplate template) {

    /** For example {@code stub at 0xc0000000 to _mcount, 0x8027a740}. */
    @Override
    public String toString() {
        return "stub at " + address + " to " + symbol + ", " + target;
    }
}
