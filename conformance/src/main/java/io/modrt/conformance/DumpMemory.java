package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.MemoryReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The memory in a dump: blocks of bytes; what is between them cannot be read. */
final class DumpMemory implements MemoryReader {

    /**
     * A block of memory in a dump's file.
     *
     * @param base the address of its first byte
     * @param file the file
     * @param offset of the first byte in the file
     * @param length in bytes
     * @param unread the number of its bytes that could not be read, and are zero
     */
    record Block(Address base, byte[] file, int offset, int length, long unread) {

        Block(Address base, byte[] file, int offset, int length) {
            this(base, file, offset, length, 0);
        }

        Block withHoles(long count) {
            return new Block(base, file, offset, length, unread + count);
        }

        boolean contains(Address address) {
            return Long.compareUnsigned(address.minus(base), length) < 0;
        }
    }

    private final NavigableMap<Address, Block> blocks = new TreeMap<>();

    /** Takes blocks; of several with the same base the last one counts. */
    DumpMemory(List<Block> blocks) {
        blocks.forEach(block -> this.blocks.put(block.base(), block));
    }

    /** This memory with {@code others} in place of blocks that have the same base. */
    DumpMemory with(List<Block> more) {
        List<Block> all = new ArrayList<>(blocks.values());
        all.addAll(more);
        return new DumpMemory(all);
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            Address at = from.plus(done);
            Map.Entry<Address, Block> entry = blocks.floorEntry(at);
            if (entry == null || !entry.getValue().contains(at)) {
                throw new MemoryException(Refusal.of(Errno.EFAULT, "memory at " + at + ": the dump has nothing there"));
            }
            Block block = entry.getValue();
            int within = (int) at.minus(block.base());
            int count = Math.min(length - done, block.length() - within);
            System.arraycopy(block.file(), block.offset() + within, into, offset + done, count);
            done += count;
        }
    }
}
