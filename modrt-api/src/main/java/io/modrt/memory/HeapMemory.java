package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the whole 64-bit address space on the Java heap. A page is made when it is first written, and reads as zero before.
 *
 * <p>One thread may write while others read; a reader then sees the old or the new value of each byte, in no promised order. Two threads
 * must not write the same bytes at the same time.
 */
final class HeapMemory implements TargetMemory {

    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;
    private static final int BLOCK_SHIFT = 21;
    private static final int BLOCK_PAGES = 1 << BLOCK_SHIFT - PAGE_SHIFT;

    /** Blocks of pages of which one was written, by number. */
    private final Map<Long, Block> blocks = new ConcurrentHashMap<>();

    /** The block that was used last, since the next use is likely there too. Threads may see each other's last block, which does no harm. */
    private @Nullable Block last;

    /** The areas in which each owner has modules; owners do not define equality. */
    private final Map<Object, List<AddressRange>> claims = new WeakHashMap<>();

    /** Bytes of one or more pages, of which the first byte lies at {@code start}. */
    private static final class Run {
        private final long start;
        private final byte[] bytes;

        private Run(long start, byte[] bytes) {
            this.start = start;
            this.bytes = bytes;
        }

        private int index(long address) {
            return (int) (address - start);
        }
    }

    /** The pages of an aligned block of memory, each with the run that has its bytes; null where nothing was written. */
    private static final class Block extends AtomicReferenceArray<@Nullable Run> {
        private static final long serialVersionUID = 1;

        private final long number;

        private Block(long number) {
            super(BLOCK_PAGES);
            this.number = number;
        }

        /** Gives a page its bytes, or returns those that another thread has given it meanwhile. */
        private @Nullable Run offer(int index, Run page) {
            return compareAndSet(index, null, page) ? null : get(index);
        }
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        check(from, into, offset, length);
        for (int done = 0; done < length; ) {
            long at = from.value() + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = Math.min(length - done, PAGE_BYTES - within);
            Run page = page(at);
            if (page == null) {
                Arrays.fill(into, offset + done, offset + done + count, (byte) 0);
            } else {
                System.arraycopy(page.bytes, page.index(at), into, offset + done, count);
            }
            done += count;
        }
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        check(to, bytes, offset, length);
        for (int done = 0; done < length; ) {
            long at = to.value() + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = Math.min(length - done, PAGE_BYTES - within);
            Run page = page(at);
            if (page == null) {
                page = newPage(at, bytes, offset + done, count);
            }
            if (page != null) {
                System.arraycopy(bytes, offset + done, page.bytes, page.index(at), count);
            }
            done += count;
        }
    }

    /** Keeps the array for the whole pages that it fills, which nobody else may write meanwhile. */
    @Override
    public void take(Address to, byte[] bytes) {
        check(to, bytes, 0, bytes.length);
        long start = to.value();
        int whole = (start & (PAGE_BYTES - 1)) == 0 ? bytes.length & -PAGE_BYTES : 0;
        Run run = new Run(start, bytes);
        for (int done = 0; done < whole; done += PAGE_BYTES) {
            blockFor(start + done).setRelease(pageIndex(start + done), run);
        }
        write(Address.of(start + whole), bytes, whole, bytes.length - whole);
    }

    /**
     * Makes a page that holds {@code count} of the given bytes at {@code address}.
     *
     * @return null, or the page that another thread has made meanwhile, to which the bytes are still to be written
     */
    private @Nullable Run newPage(long address, byte[] bytes, int offset, int count) {
        byte[] page;
        if (count == PAGE_BYTES) { // why: a copy needs no zeros first
            page = Arrays.copyOfRange(bytes, offset, offset + count);
        } else {
            page = new byte[PAGE_BYTES];
            System.arraycopy(bytes, offset, page, (int) address & (PAGE_BYTES - 1), count);
        }
        return blockFor(address).offer(pageIndex(address), new Run(address & -PAGE_BYTES, page));
    }

    /** Gives whole pages back to the heap. */
    @Override
    public void wipe(AddressRange range) {
        for (long done = 0; done < range.sizeBytes(); ) {
            long at = range.start().value() + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = (int) Math.min(range.sizeBytes() - done, PAGE_BYTES - within);
            Block block = block(at);
            Run page = block == null ? null : block.get(pageIndex(at));
            if (block != null && page != null) {
                if (count == PAGE_BYTES) {
                    block.set(pageIndex(at), null);
                } else {
                    int from = page.index(at);
                    Arrays.fill(page.bytes, from, from + count, (byte) 0);
                }
            }
            done += count;
        }
    }

    @Override
    public void claim(AddressRange area, Object owner) {
        synchronized (claims) {
            claims.forEach((other, areas) -> {
                if (other != owner) {
                    areas.stream().filter(area::overlaps).findFirst().ifPresent(taken -> {
                        throw new StateException(
                                Refusal.of(
                                                Errno.EBUSY,
                                                "module area " + area + ": another runtime has modules in " + taken
                                                        + " of this memory")
                                        .wayOut(
                                                "give each runtime an allocator for an area of its own, or a memory of its own"));
                    });
                }
            });
            List<AddressRange> own = claims.computeIfAbsent(owner, any -> new ArrayList<>());
            if (!own.contains(area)) {
                own.add(area);
            }
        }
    }

    @Override
    public void release(Object owner) {
        synchronized (claims) {
            claims.remove(owner);
        }
    }

    private @Nullable Run page(long address) {
        Block block = block(address);
        return block == null ? null : block.get(pageIndex(address));
    }

    private @Nullable Block block(long address) {
        long number = address >>> BLOCK_SHIFT;
        Block block = last;
        if (block == null || block.number != number) {
            block = blocks.get(number);
            if (block != null) {
                last = block;
            }
        }
        return block;
    }

    private Block blockFor(long address) {
        Block block = block(address);
        return block == null ? blocks.computeIfAbsent(address >>> BLOCK_SHIFT, Block::new) : block;
    }

    private static int pageIndex(long address) {
        return (int) (address >>> PAGE_SHIFT) & (BLOCK_PAGES - 1);
    }

    private static void check(Address start, byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > 0 && Long.compareUnsigned(start.value() + length - 1, start.value()) < 0) {
            throw new MemoryException(Refusal.of(
                    Errno.EFAULT,
                    "memory at " + start + ": " + length + " bytes, but only " + -start.value()
                            + " to the top of the address space"));
        }
    }
}
