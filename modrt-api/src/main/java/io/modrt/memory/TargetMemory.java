package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import org.apiguardian.api.API;

/**
 * The target's memory: an emulator's RAM, an image, a byte array. The embedder owns it.
 *
 * <p>Reads and writes raise {@link io.modrt.error.MemoryException} if part of the range is not memory; nothing is written then.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface TargetMemory extends MemoryReader {

    /** Stores {@code bytes[offset, offset + length)} from {@code to} on. The array stays the caller's. */
    void write(Address to, byte[] bytes, int offset, int length);

    /** Called after code in {@code range} was written, so that an emulator can drop its translations of it. */
    default void codeChanged(AddressRange range) {}

    /** Memory of the whole address space on the Java heap; only pages that were written take room, all others read as zero. */
    static TargetMemory heap() {
        return new HeapMemory();
    }
}
