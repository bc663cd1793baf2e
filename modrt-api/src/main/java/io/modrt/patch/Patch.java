package io.modrt.patch;

import io.modrt.address.Address;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A change of one aligned 32-bit word of code.
 *
 * @param address where the word is, a multiple of 4
 * @param expected what must be there before
 * @param replacement what is there after
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Patch(Address address, int expected, int replacement) {

    /** Checks the alignment. */
    public Patch {
        Objects.requireNonNull(address, "address");
        if (!address.isAligned(Integer.BYTES)) {
            throw new IllegalArgumentException("no word of code is at " + address);
        }
    }

    /** The change that undoes this one. */
    public Patch inverse() {
        return new Patch(address, replacement, expected);
    }

    /** For example {@code 0xc0000008: 0x3c038027 -> 0x10000005}. */
    @Override
    public String toString() {
        return address + ": 0x" + hex(expected) + " -> 0x" + hex(replacement);
    }

    private static String hex(int word) {
        String digits = Integer.toHexString(word);
        return "0".repeat(8 - digits.length()) + digits;
    }
}
