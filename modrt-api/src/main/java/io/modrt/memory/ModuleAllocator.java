package io.modrt.memory;

import io.modrt.address.AddressRange;
import java.util.List;
import org.apiguardian.api.API;

/** Hands out the memory that modules are loaded into, as the kernel's {@code module_alloc} does. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleAllocator {

    /**
     * Reserves {@code sizeBytes} bytes, page aligned.
     *
     * @throws io.modrt.error.MemoryException with ENOMEM when there is no room
     */
    AddressRange allocate(long sizeBytes, Permission permission);

    /** Gives back a range that {@link #allocate} returned. */
    void free(AddressRange range);

    /**
     * Whether what a new range holds is of no worth, so that a failed load need not restore it. The kernel's memory is fresh.
     */
    default boolean fresh() {
        return true;
    }

    /**
     * First fit from the low end of {@code area}, each range followed by one guard page, as the kernel's vmalloc area is
     * filled.
     *
     * @param pageBytes the page size, a power of two
     */
    static ModuleAllocator over(AddressRange area, int pageBytes) {
        return new FirstFitAllocator(area, pageBytes);
    }

    /** As {@link #over(AddressRange, int)} in the first of {@code areas}, at least one and none over another, that has room. */
    static ModuleAllocator over(List<AddressRange> areas, int pageBytes) {
        return areas.size() == 1 ? over(areas.get(0), pageBytes) : new AreasInTurn(areas, pageBytes);
    }
}
