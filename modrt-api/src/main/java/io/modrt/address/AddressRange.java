package io.modrt.address;

import io.modrt.bytes.Printable;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of target addresses. It may end at the top of the address space, then {@link #end()} is 0.
 *
 * @param start the first address
 * @param sizeBytes the length in bytes, not negative
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AddressRange(Address start, long sizeBytes) {

    /** Checks the size and that the range does not wrap past the top of the address space. */
    public AddressRange {
        Objects.requireNonNull(start, "start");
        long last = start.value() + sizeBytes - 1;
        if (sizeBytes < 0 || (sizeBytes > 0 && Long.compareUnsigned(last, start.value()) < 0)) {
            throw new IllegalArgumentException(
                    "no range of " + sizeBytes + " bytes starts at " + start + Printable.widened(start.value()));
        }
    }

    /** The range from {@code start} up to, not including, {@code end}; {@code end} 0 is the top of the address space. */
    public static AddressRange between(Address start, Address end) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        if (end.value() != 0 && end.compareTo(start) < 0) {
            throw new IllegalArgumentException("no range starts at " + start + " and ends at " + end
                    + Printable.widened(start.value()) + Printable.widened(end.value()));
        }
        return new AddressRange(start, end.minus(start));
    }

    /** The first address behind the range, 0 at the top of the address space. */
    public Address end() {
        return start.plus(sizeBytes);
    }

    /** Whether {@code address} lies in the range. */
    public boolean contains(Address address) {
        return Long.compareUnsigned(address.value() - start.value(), sizeBytes) < 0;
    }

    /** Whether all of {@code other} lies in this range; an empty range lies in any range that holds or ends at its start. */
    public boolean contains(AddressRange other) {
        long ahead = other.start.value() - start.value();
        return Long.compareUnsigned(ahead, sizeBytes) <= 0 && other.sizeBytes <= sizeBytes - ahead;
    }

    /** Whether the two ranges share a byte. */
    public boolean overlaps(AddressRange other) {
        return sizeBytes > 0 && other.sizeBytes > 0 && (contains(other.start) || other.contains(start));
    }

    // why: as in Address

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressRange range && start.equals(range.start) && sizeBytes == range.sizeBytes;
    }

    @Override
    public int hashCode() {
        return 31 * start.hashCode() + Long.hashCode(sizeBytes);
    }

    /** For example {@code [0xc0000000, 0xc0001000)}. */
    @Override
    public String toString() {
        return "[" + start + ", " + end() + ")";
    }
}
