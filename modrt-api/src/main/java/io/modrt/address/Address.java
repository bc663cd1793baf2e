package io.modrt.address;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An address of the target, an unsigned number of 64 bits. Addresses of 32-bit targets are zero-extended; addresses of 64-bit targets are
 * as the target sees them, so kernel segments of n64 are sign-extended.
 *
 * <p>Two addresses cannot be added; their difference is a signed number of bytes.
 *
 * @param value the address, to be read as unsigned
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Address(long value) implements Comparable<Address> {

    /** The address {@code value}, read as unsigned. */
    public static Address of(long value) {
        return new Address(value);
    }

    /** The address written in hexadecimal digits, with or without {@code 0x}. */
    public static Address parse(CharSequence hex) {
        String digits = hex.toString();
        return new Address(Long.parseUnsignedLong(digits.startsWith("0x") ? digits.substring(2) : digits, 16));
    }

    /** This address moved by a signed number of bytes, modulo 2^64. */
    public Address plus(long byteDelta) {
        return new Address(value + byteDelta);
    }

    /** The bytes from {@code other} to this address, negative where this one is lower. */
    public long minus(Address other) {
        return value - other.value;
    }

    /** Whether the address is a multiple of {@code alignment}, a power of two. */
    public boolean isAligned(long alignment) {
        return (value & (alignment - 1)) == 0;
    }

    @Override
    public int compareTo(Address other) {
        return Long.compareUnsigned(value, other.value);
    }

    // why: the methods that the compiler gives a record link method handles at their first call, which takes a new
    // process 10 ms

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Address address && value == address.value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    /** Hexadecimal, lower case, with {@code 0x}. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
