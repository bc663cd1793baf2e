package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import org.apiguardian.api.API;

/**
 * The target's memory: an emulator's RAM, an image, a byte array. The embedder owns it.
 *
 * <p>Both accesses raise {@link io.modrt.error.MemoryException} where the range is not memory; then nothing was written.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface TargetMemory extends MemoryReader {

    /** Stores {@code bytes[offset, offset + length)} from {@code to} on. The array stays the caller's. */
    void write(Address to, byte[] bytes, int offset, int length);

    /** Told after code in {@code range} was written, so that an emulator can drop its translations. */
    default void codeChanged(AddressRange range) {}

    /** Memory on the Java heap, sparse, zero where nothing was written, of the whole address space. */
    static TargetMemory heap() {
        return new HeapMemory();
    }
}
