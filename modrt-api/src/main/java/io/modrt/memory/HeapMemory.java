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

    /** The pages that were written, by page number. */
    private final Map<Long, Page> pages = new ConcurrentHashMap<>();

    /** The page that was used last, since the next use is likely there too. Threads may see each other's last page, which does no harm. */
    private @Nullable Page last;

    /** The areas in which each owner has modules; owners do not define equality. */
    private final Map<Object, List<AddressRange>> claims = new WeakHashMap<>();

    private static final class Page {
        private final long number;
        private final byte[] bytes = new byte[PAGE_BYTES];
        /** Whether it is no longer the page of this number. Another thread may have it as the last page still. */
        private volatile boolean isGone;

        private Page(long number) {
            this.number = number;
        }
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        check(from, into, offset, length);
        for (int done = 0; done < length; ) {
            long at = from.value() + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = Math.min(length - done, PAGE_BYTES - within);
            Page page = page(at);
            if (page == null) {
                Arrays.fill(into, offset + done, offset + done + count, (byte) 0);
            } else {
                System.arraycopy(page.bytes, within, into, offset + done, count);
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
            Page page = page(at);
            if (page == null) { // why: get takes no lock, computeIfAbsent does
                page = pages.computeIfAbsent(at >>> PAGE_SHIFT, Page::new);
            }
            System.arraycopy(bytes, offset + done, page.bytes, within, count);
            done += count;
        }
    }

    /** Gives whole pages back to the heap. */
    @Override
    public void wipe(AddressRange range) {
        for (long done = 0; done < range.sizeBytes(); ) {
            long at = range.start().value() + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = (int) Math.min(range.sizeBytes() - done, PAGE_BYTES - within);
            Page page = pages.get(at >>> PAGE_SHIFT);
            if (page != null) {
                Arrays.fill(page.bytes, within, within + count, (byte) 0);
            }
            if (page != null && count == PAGE_BYTES) {
                pages.remove(page.number);
                page.isGone = true;
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

    private @Nullable Page page(long address) {
        long number = address >>> PAGE_SHIFT;
        Page page = last;
        if (page == null || page.number != number || page.isGone) {
            page = pages.get(number);
            if (page != null) {
                last = page;
            }
        }
        return page;
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
