package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.nio.ByteBuffer;
import org.apiguardian.api.API;

/**
 * The target's memory: an emulator's RAM, an image, a byte array. The embedder owns it.
 *
 * <p>One runtime writes by one thread at a time, while others may read.
 *
 * <p>Reads and writes raise {@link io.modrt.error.MemoryException} if part of the range is not memory; nothing is written then. An
 * implementation makes one by {@code new MemoryException(Refusal.of(Errno.EFAULT, "memory at " + address + ": why"))}. It fails the call that
 * it happened in: a load writes back what was there before and is undone, an unload goes on and throws it at its end. Any other exception does
 * the same and reaches the caller as it is. If writing back fails, too, that is added to the exception as a suppressed one.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface TargetMemory extends MemoryReader {
    /** The most bytes that {@link #wipe} writes at once. */
    int WIPED_AT_ONCE = 1 << 16;

    /**
     * Stores {@code bytes[offset, offset + length)} from {@code to} on. The array stays the caller's.
     *
     * @throws io.modrt.error.MemoryException if not all of the range can be written; nothing is written then
     */
    void write(Address to, byte[] bytes, int offset, int length);

    /**
     * As {@link #write} of all of {@code bytes}, of an array that the caller gives away: the memory may keep it instead of a copy. Loads give the
     * regions of modules.
     */
    default void take(Address to, byte[] bytes) {
        write(to, bytes, 0, bytes.length);
    }

    /** Called after code in {@code range} was written, so that an emulator can drop its translations of it. */
    default void codeChanged(AddressRange range) {}

    /**
     * Called with the permissions that the kernel gives to pages of a module: when it is loaded, before its init function may run; when that
     * has run; and, with {@link Permission#READ_WRITE}, when the pages are given back. What modrt writes, it writes as the kernel does, which
     * has ways around its own permissions: they are for code that runs in the memory.
     */
    default void protect(AddressRange range, Permission permission) {}

    /** Memory from {@code base} on, as much as {@code bytes} has; the array is written to. */
    static TargetMemory of(byte[] bytes, Address base) {
        return new BufferMemory(ByteBuffer.wrap(bytes), base);
    }

    /**
     * Memory from {@code base} on, as much as {@code buffer} has between its position and its limit: a mapped file, or an emulator's RAM. The
     * buffer's position does not move, and its limit must stay. If the buffer is read-only, a write raises {@link java.nio.ReadOnlyBufferException}.
     */
    static TargetMemory of(ByteBuffer buffer, Address base) {
        return new BufferMemory(buffer, base);
    }

    /**
     * Called when the memory of a module, or its init memory, was freed: the kernel's pages would be gone. By default writes zeros, in parts
     * of at most 64 KiB.
     */
    default void wipe(AddressRange range) {
        byte[] zeros = new byte[(int) Math.min(range.sizeBytes(), WIPED_AT_ONCE)];
        for (long done = 0; done < range.sizeBytes(); done += zeros.length) {
            write(range.start().plus(done), zeros, 0, (int) Math.min(zeros.length, range.sizeBytes() - done));
        }
    }

    /**
     * Called before a runtime places its first module in {@code area}, so that a memory which knows of its users can refuse a second
     * runtime whose areas overlap with those of the first: each would write over the other's modules. By default nothing is known.
     *
     * @param owner stands for the runtime, until it is handed to {@link #release}; to be held weakly
     * @throws io.modrt.error.StateException if another owner has claimed an area that overlaps with this one
     */
    default void claim(AddressRange area, Object owner) {}

    /** Called after a runtime has given back its last module, which ends all its claims. */
    default void release(Object owner) {}

    /**
     * Memory of the whole address space on the Java heap; only pages that were written take room, all others read as zero. It
     * knows its users, and refuses runtimes whose areas overlap.
     */
    static TargetMemory heap() {
        return new HeapMemory();
    }
}
