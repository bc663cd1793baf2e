package io.modrt.layout;

import org.apiguardian.api.API;

/**
 * One block of a module's memory, before it has an address.
 *
 * @param kind what it is used for
 * @param sizeBytes its size as the kernel counts it, with symbol tables and rounding
 * @param headBytes bytes that the architecture takes at its start, in front of the first section
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Region(RegionKind kind, long sizeBytes, long headBytes) {

    /** For example {@code CORE of 2343 bytes}. */
    @Override
    public String toString() {
        return kind + " of " + sizeBytes + " bytes";
    }
}
