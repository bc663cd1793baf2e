package io.modrt.testkit;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.Permission;
import io.modrt.memory.TargetMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * Memory that remembers what was done to it, and fails where it is told to. It covers the whole address space; bytes that were
 * never written have one value, 0 unless said otherwise, so that a test can tell what was there before from what a loader zeroed.
 *
 * <p>A failing access changes nothing. Not for use by several threads at a time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeMemory implements TargetMemory {
    private static final int PAGE_BITS = 12;
    private static final int PAGE_BYTES = 1 << PAGE_BITS;

    private final byte untouched;
    private final TreeMap<Long, byte[]> pages = new TreeMap<>(Long::compareUnsigned);
    private final List<AddressRange> reads = new ArrayList<>();
    private final List<AddressRange> writes = new ArrayList<>();
    private final List<AddressRange> wipes = new ArrayList<>();
    private final List<AddressRange> codeChanges = new ArrayList<>();
    private final Map<AddressRange, Permission> permissions = new LinkedHashMap<>();
    private Faults readFaults = Faults.none();
    private Faults writeFaults = Faults.none();

    /** Which accesses fail, counted from 1. */
    private record Faults(int first, int last) {
        static Faults none() {
            return new Faults(0, 0);
        }

        boolean hit(int count) {
            return count >= first && count <= last;
        }
    }

    private FakeMemory(byte untouched) {
        this.untouched = untouched;
    }

    /** Memory that is zero. */
    public static FakeMemory zeroed() {
        return filledWith(0);
    }

    /** Memory each byte of which is {@code value}. */
    public static FakeMemory filledWith(int value) {
        return new FakeMemory((byte) value);
    }

    /** Makes the {@code n}-th write from the beginning fail, the first being 1. */
    public FakeMemory failWrite(int n) {
        writeFaults = new Faults(n, n);
        return this;
    }

    /** Makes the {@code n}-th write and all later ones fail, those that undo what was written included. */
    public FakeMemory failWritesFrom(int n) {
        writeFaults = new Faults(n, Integer.MAX_VALUE);
        return this;
    }

    /** Makes the {@code n}-th read from the beginning fail, the first being 1. */
    public FakeMemory failRead(int n) {
        readFaults = new Faults(n, n);
        return this;
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        AddressRange range = new AddressRange(from, length);
        reads.add(range);
        failIf(readFaults, "read", reads.size(), range);
        for (int i = 0; i < length; i++) {
            into[offset + i] = byteAt(from.value() + i);
        }
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        AddressRange range = new AddressRange(to, length);
        writes.add(range);
        failIf(writeFaults, "write", writes.size(), range);
        for (int i = 0; i < length; i++) {
            long address = to.value() + i;
            pages.computeIfAbsent(address >>> PAGE_BITS, page -> blankPage())[(int) address & PAGE_BYTES - 1] =
                    bytes[offset + i];
        }
    }

    @Override
    public void protect(AddressRange range, Permission permission) {
        permissions.put(range, permission);
    }

    /** The permission that each range was last given, in the order in which they were first given one. A copy. */
    public Map<AddressRange, Permission> permissions() {
        return new LinkedHashMap<>(permissions);
    }

    @Override
    public void codeChanged(AddressRange range) {
        codeChanges.add(range);
    }

    /** Not counted as a write; the bytes are as if they had never been written. */
    @Override
    public void wipe(AddressRange range) {
        for (long done = 0; done < range.sizeBytes(); done++) {
            long address = range.start().value() + done;
            byte[] page = pages.get(address >>> PAGE_BITS);
            if (page != null) {
                page[(int) address & PAGE_BYTES - 1] = untouched;
            }
        }
        wipes.add(range);
    }

    /** What was wiped, in order. */
    public List<AddressRange> wipes() {
        return List.copyOf(wipes);
    }

    private static void failIf(Faults faults, String access, int count, AddressRange range) {
        if (faults.hit(count)) {
            throw new MemoryException(
                    Refusal.of(Errno.EFAULT, access + " " + count + " of " + range + " fails, as the test wants"));
        }
    }

    /** The bytes at {@code from}, a new array. Not counted as a read. */
    public byte[] bytes(Address from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = byteAt(from.value() + i);
        }
        return bytes;
    }

    /** What was read, in order, failures included. */
    public List<AddressRange> reads() {
        return List.copyOf(reads);
    }

    /** What was written, in order, failures included. */
    public List<AddressRange> writes() {
        return List.copyOf(writes);
    }

    /** Of which ranges was said that code changed, in order. */
    public List<AddressRange> codeChanges() {
        return List.copyOf(codeChanges);
    }

    /**
     * All bytes that differ from those never written: hexadecimal digits by the number of the page. Equal maps mean equal
     * memories; two states of one memory may be compared.
     */
    public Map<Long, String> contents() {
        Map<Long, String> contents = new TreeMap<>(Long::compareUnsigned);
        pages.forEach((number, page) -> {
            if (!Arrays.equals(page, blankPage())) {
                contents.put(number, HexFormat.of().formatHex(page));
            }
        });
        return contents;
    }

    private byte byteAt(long address) {
        byte[] page = pages.get(address >>> PAGE_BITS);
        return page == null ? untouched : page[(int) address & PAGE_BYTES - 1];
    }

    private byte[] blankPage() {
        byte[] page = new byte[PAGE_BYTES];
        Arrays.fill(page, untouched);
        return page;
    }
}
