package io.modrt.spi;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/** The width of the target's addresses, and all narrowing to it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Width {
    /** Addresses are unsigned 32-bit numbers; sums wrap at 2^32. */
    BITS_32(4),
    /** Addresses are unsigned 64-bit numbers. */
    BITS_64(8);

    private final int bytes;

    Width(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of an address: 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** {@code value} modulo 2^width, zero-extended: the form of addresses. */
    public long wrap(long value) {
        return this == BITS_32 ? value & 0xffff_ffffL : value;
    }

    /** {@code value} modulo 2^width, sign-extended: the form in which distances are checked. */
    public long signed(long value) {
        return this == BITS_32 ? (int) value : value;
    }

    /** {@code value} as an address of this width. */
    public Address address(long value) {
        return new Address(wrap(value));
    }
}
