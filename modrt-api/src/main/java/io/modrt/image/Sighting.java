package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import org.apiguardian.api.API;

/**
 * A place where the code of a file was found.
 *
 * @param kind the region that has the code
 * @param base where that region begins
 * @param pieces how many pieces of the file's code are there
 * @param outOf how many were looked for
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Sighting(RegionKind kind, Address base, int pieces, int outOf) {

    /** For example {@code CORE at 0xc0000000, by 12 of 14 pieces}. */
    @Override
    public String toString() {
        return kind + " at " + base + ", by " + pieces + " of " + outOf + " pieces";
    }
}
