package io.modrt.link;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import io.modrt.error.RelocationPlace;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * How near one relocation of a type with a limited reach is to the limit.
 *
 * @param place the relocation
 * @param limit what limits its reach
 * @param value the value that is limited: the result of the formula, for a branch its distance; or the target's address in a segment
 * @param least the least value that fits
 * @param greatest the greatest value that fits
 * @param toStub whether the branch goes to a stub; the value then belongs to the stub, not to the symbol
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Reach(RelocationPlace place, Limit limit, long value, long least, long greatest, boolean toStub) {

    /** What limits a relocation. */
    public enum Limit {
        /** The distance from the place to the target, which grows as the module moves away from the target. */
        DISTANCE,
        /** The aligned segment of memory that holds the place: every target inside it is reached, none outside. */
        SEGMENT
    }

    /** Bytes to the nearer limit. */
    public long headroomBytes() {
        return Math.min(value - least, greatest - value);
    }

    /** How much of the greatest distance is used, in percent; 0 if a segment is the limit, since distance does not matter there. */
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
                    Printable.name(place.symbol()),
                    how,
                    Printable.name(place.section()),
                    place.sectionOffset(),
                    Address.of(value),
                    Address.of(least),
                    Address.of(greatest));
        }
        return String.format(
                Locale.ROOT,
                "%s against %s%s at %s+0x%x: %s within [%s, %s], %d bytes left, %.1f %% used",
                place.type(),
                Printable.name(place.symbol()),
                how,
                Printable.name(place.section()),
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
