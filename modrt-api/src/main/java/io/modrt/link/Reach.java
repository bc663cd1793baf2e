package io.modrt.link;

import io.modrt.address.Address;
import io.modrt.error.RelocationPlace;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * How near one relocation of a limited type is to its limit.
 *
 * @param place the relocation
 * @param limit what limits it
 * @param value what is limited: the displacement, or the target's address in a segment
 * @param least the least value that fits
 * @param greatest the greatest value that fits
 * @param toStub whether it goes to a stub, so that the value says how far that is and not the symbol
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Reach(RelocationPlace place, Limit limit, long value, long least, long greatest, boolean toStub) {

    /** What limits a relocation. */
    public enum Limit {
        /** The distance from the place: moving the module away from the target uses it up. */
        DISTANCE,
        /** The aligned segment of memory that holds the place: a target is in it or not, however near to its end. */
        SEGMENT
    }

    /** Bytes to the nearer limit. */
    public long headroomBytes() {
        return Math.min(value - least, greatest - value);
    }

    /** How much of the greatest distance is used up, 0 to 100; in a segment 0, since there is no way to go. */
    public double percentUsed() {
        if (limit == Limit.SEGMENT) {
            return 0;
        }
        double half = ((double) greatest - least) / 2;
        return 100 * (1 - headroomBytes() / half);
    }

    /**
     * For example {@code R_MIPS_PC16 against .text at .text+0x10: 0x1f000 within [-0x20000, 0x1fffc], 4092 bytes left, 96.9 % used}.
     */
    @Override
    public String toString() {
        String how = toStub ? " by a stub" : "";
        if (limit == Limit.SEGMENT) {
            return String.format(
                    Locale.ROOT,
                    "%s against %s%s at %s+0x%x: %s within the segment [%s, %s]",
                    place.type(),
                    place.symbol(),
                    how,
                    place.section(),
                    place.sectionOffset(),
                    Address.of(value),
                    Address.of(least),
                    Address.of(greatest));
        }
        return String.format(
                Locale.ROOT,
                "%s against %s%s at %s+0x%x: %s within [%s, %s], %d bytes left, %.1f %% used",
                place.type(),
                place.symbol(),
                how,
                place.section(),
                place.sectionOffset(),
                signed(value),
                signed(least),
                signed(greatest),
                headroomBytes(),
                percentUsed());
    }

    private static String signed(long value) {
        return (value < 0 ? "-0x" : "0x") + Long.toHexString(Math.abs(value));
    }
}
