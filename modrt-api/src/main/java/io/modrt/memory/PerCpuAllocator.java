package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import org.apiguardian.api.API;

/**
 * Hands out room in the kernel's reserved per-CPU area for a module's {@code .data..percpu}. What it throws, the caller of the load gets, and the
 * load is undone. A null or an address that is not aligned is a {@link io.modrt.error.MemoryException} with the allocator's class's name.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PerCpuAllocator {

    /**
     * Reserves {@code sizeBytes} bytes on every CPU.
     *
     * @param alignment a power of two, at most a page
     * @return the base, to which code adds the offset of the CPU at hand
     * @throws io.modrt.error.MemoryException with ENOMEM when there is no room
     */
    Address allocate(long sizeBytes, long alignment);

    /** Gives back what {@link #allocate} returned as {@code base}. */
    void free(Address base);

    /** Allocates at the lowest address of {@code area} with enough room. */
    static PerCpuAllocator over(AddressRange area) {
        return new FirstFitPerCpu(area);
    }
}
