package io.modrt.patch;

import io.modrt.address.Address;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.apiguardian.api.API;

/** A change of a run of bytes of code: their address, the bytes that must be there before, and those that replace them. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Patch {
    private final Address address;
    private final byte[] expected;
    private final byte[] replacement;

    /**
     * A change of the bytes at {@code address}. The arrays are copied.
     *
     * @throws IllegalArgumentException if the arrays are empty or differ in length
     */
    public Patch(Address address, byte[] expected, byte[] replacement) {
        this.address = Objects.requireNonNull(address, "address");
        this.expected = expected.clone();
        this.replacement = replacement.clone();
        if (expected.length == 0 || expected.length != replacement.length) {
            throw new IllegalArgumentException(
                    "patch at " + address + ": " + expected.length + " bytes become " + replacement.length);
        }
    }

    /** The address of the first byte. */
    public Address address() {
        return address;
    }

    /** The number of bytes that are replaced. */
    public int sizeBytes() {
        return expected.length;
    }

    /** The bytes that must be there before the change. A copy. */
    public byte[] expected() {
        return expected.clone();
    }

    /** The bytes that are there after the change. A copy. */
    public byte[] replacement() {
        return replacement.clone();
    }

    /** The change that undoes this one. */
    public Patch inverse() {
        return new Patch(address, replacement, expected);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Patch patch
                && address.equals(patch.address)
                && Arrays.equals(expected, patch.expected)
                && Arrays.equals(replacement, patch.replacement);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * address.hashCode() + Arrays.hashCode(expected)) + Arrays.hashCode(replacement);
    }

    /** The address and the bytes in the order of memory, for example {@code 0xc0000008: 2780033c -> 05000010}. */
    @Override
    public String toString() {
        HexFormat digits = HexFormat.of();
        return address + ": " + digits.formatHex(expected) + " -> " + digits.formatHex(replacement);
    }
}
