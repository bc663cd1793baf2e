package io.modrt.testkit;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import io.modrt.spi.ArchKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An allocator that remembers which ranges are out, and fails where it is told to. It hands out pages one range behind the other
 * with a page between, and uses none twice, so that a stale address shows.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeAllocator implements ModuleAllocator {
    private static final int PAGE_BYTES = 0x1000;

    /** What {@link ModuleAllocator#fresh()} says of the ranges. */
    private enum Contents {
        WORTHLESS,
        TO_BE_RESTORED
    }

    private @Nullable AddressRange area;
    private final Contents contents;
    private final List<AddressRange> reserved = new ArrayList<>();
    private long usedBytes;
    private int allocations;
    private int failing;

    private FakeAllocator(@Nullable AddressRange area, Contents contents) {
        this.area = area;
        this.contents = contents;
    }

    /** An allocator over {@code area}, the contents of which are of no worth. */
    public static FakeAllocator over(AddressRange area) {
        return new FakeAllocator(area, Contents.WORTHLESS);
    }

    /** An allocator over {@code area}, the contents of which are restored when a load fails. */
    public static FakeAllocator overUsed(AddressRange area) {
        return new FakeAllocator(area, Contents.TO_BE_RESTORED);
    }

    /** An allocator over the module area of the kernel that it will be {@linkplain #in given}, as {@link #overUsed} does. */
    static FakeAllocator overUsedModuleArea() {
        return new FakeAllocator(null, Contents.TO_BE_RESTORED);
    }

    /** This allocator, over the first module area of {@code kernel}. */
    FakeAllocator in(ArchKernel kernel) {
        area = kernel.moduleAreas().get(0);
        return this;
    }

    private AddressRange area() {
        return Objects.requireNonNull(area, "no kernel has been given");
    }

    /** Makes the {@code n}-th allocation fail, the first being 1. */
    public FakeAllocator failAllocation(int n) {
        failing = n;
        return this;
    }

    @Override
    public AddressRange allocate(long sizeBytes, Permission permission) {
        long step = (sizeBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        allocations++;
        if (allocations == failing || step > area().sizeBytes() - usedBytes) {
            throw new MemoryException(Refusal.of(
                    Errno.ENOMEM,
                    area() + ": " + sizeBytes + " bytes wanted, " + (area().sizeBytes() - usedBytes) + " are free"));
        }
        AddressRange range = new AddressRange(area().start().plus(usedBytes), sizeBytes);
        usedBytes += Math.min(step + PAGE_BYTES, area().sizeBytes() - usedBytes);
        reserved.add(range);
        return range;
    }

    @Override
    public void free(AddressRange range) {
        if (!reserved.remove(range)) {
            throw new IllegalArgumentException(range + " is not out; these are: " + reserved);
        }
    }

    @Override
    public boolean fresh() {
        return contents == Contents.WORTHLESS;
    }

    /** The ranges that were handed out and not given back, in order. */
    public List<AddressRange> reserved() {
        return List.copyOf(reserved);
    }
}
