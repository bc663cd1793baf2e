package io.modrt.memory;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/** Memory that can be read: the target's, or a dump of it that may have holes. */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface MemoryReader {

    /**
     * Fills {@code into[offset, offset + length)} with the bytes from {@code from} on. The array stays the caller's.
     *
     * @throws io.modrt.error.MemoryException if not all of the range can be read. Verification counts such bytes as unreadable and goes on;
     *     a load fails with this exception, and is undone. Any other exception reaches the caller as it is
     */
    void read(Address from, byte[] into, int offset, int length);
}
