package io.modrt.link;

import io.modrt.memory.Address;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * How near one relocation of a limited type is to its limit.
 *
 * @param site the relocation
 * @param value what is limited: the displacement, or the target's address where a region is the limit
 * @param least the least value that fits
 * @param greatest the greatest value that fits
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Reach(RelocationSite site, long value, long least, long greatest) {

    /** Bytes to the nearer limit. */
    public long headroomBytes() {
        return Math.min(value - least, greatest - value);
    }

    /** How much of the way from the middle to the limit is used up, 0 to 100. */
    public double percentUsed() {
        double half = ((double) greatest - least) / 2;
        return 100 * (1 - headroomBytes() / half);
    }

    /** For example {@code .text: R_PARISC_PCREL17F against printk: 254000 of 262140 bytes, 97 %}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s against %s at %s+0x%x: %s within [%s, %s], %d bytes left, %.1f %% used",
                site.type(),
                site.symbol(),
                site.section(),
                site.sectionOffset(),
                Address.of(value),
                Address.of(least),
                Address.of(greatest),
                headroomBytes(),
                percentUsed());
    }
}
