package io.modrt.patch;

import io.modrt.address.Address;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.apiguardian.api.API;

/** A change of a run of bytes of code: where, what must be there before, and what is there afterwards. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Patch {
    private final Address address;
    private final byte[] expected;
    private final byte[] replacement;

    /**
     * A change at {@code address}; the arrays are copied.
     *
     * @throws IllegalArgumentException where they are empty or differ in length
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

    /** Bytes that change. */
    public int sizeBytes() {
        return expected.length;
    }

    /** What must be there before. A copy. */
    public byte[] expected() {
        return expected.clone();
    }

    /** What is there afterwards. A copy. */
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

    /** The bytes in the order of memory, for example {@code 0xc0000008: 2780033c -> 05000010}. */
    @Override
    public String toString() {
        HexFormat digits = HexFormat.of();
        return address + ": " + digits.formatHex(expected) + " -> " + digits.formatHex(replacement);
    }
}
