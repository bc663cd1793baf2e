package io.modrt.memory;

import io.modrt.address.AddressRange;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Hands out the memory that modules are loaded into, as the kernel's {@code module_alloc} does. An embedder's own allocator reports that there
 * is no room with {@link io.modrt.error.MemoryException}. Whatever it throws, the load is undone and the caller gets that exception. Of what it
 * returns modrt checks the size and the alignment, and that no module has it; a wrong answer is a MemoryException with its class's name.
 * If several threads load into one runtime, they call it at the same time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleAllocator {

    /**
     * Reserves at least {@code sizeBytes} bytes. The range starts on a page and overlaps with no other that is reserved.
     *
     * @throws io.modrt.error.MemoryException with ENOMEM when there is no room
     */
    AddressRange allocate(long sizeBytes, Permission permission);

    /**
     * Gives back a range that {@link #allocate} returned. Whatever this throws is thrown on, once all else that a module had is given back.
     */
    void free(AddressRange range);

    /**
     * Whether a new range holds nothing worth keeping, so that a failed load need not restore its bytes. True of the kernel's
     * {@code module_alloc}.
     */
    default boolean fresh() {
        return true;
    }

    /**
     * Allocates at the lowest address of {@code area} with enough room, and keeps one guard page behind each range, as vmalloc does.
     *
     * @param pageBytes the page size, a power of two
     */
    static ModuleAllocator over(AddressRange area, int pageBytes) {
        return new FirstFitAllocator(area, pageBytes);
    }

    /** As {@link #over(AddressRange, int)}, in the first of {@code areas} that has room. There is at least one, and they do not overlap. */
    static ModuleAllocator over(List<AddressRange> areas, int pageBytes) {
        return areas.size() == 1 ? over(areas.get(0), pageBytes) : new AreasInTurn(areas, pageBytes);
    }
}
