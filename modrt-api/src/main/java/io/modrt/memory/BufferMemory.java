package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Printable;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Memory of one range of addresses, in a buffer of the embedder's. */
final class BufferMemory implements TargetMemory {
    private final ByteBuffer buffer;
    private final int first;
    private final AddressRange range;

    BufferMemory(ByteBuffer buffer, Address base) {
        this.buffer = buffer;
        this.first = buffer.position();
        this.range = new AddressRange(base, buffer.remaining());
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        buffer.get(index(from, into, offset, length), into, offset, length);
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        buffer.put(index(to, bytes, offset, length), bytes, offset, length);
    }

    private int index(Address start, byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        long index = start.minus(range.start());
        if (index < 0 || index > range.sizeBytes() - length) {
            Address widened = Address.of(start.value() << Integer.SIZE >> Integer.SIZE); // as an int that lost its L
            throw new MemoryException(Refusal.of(
                    Errno.EFAULT,
                    "memory at " + start + ": " + length + " bytes, but all that there is lies at " + range
                            + (range.contains(widened) ? Printable.widened(widened.value()) : "")));
        }
        return first + (int) index;
    }

    @Override
    public String toString() {
        return "memory at " + range;
    }
}
