package io.modrt.memory;

import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import java.util.ArrayList;
import java.util.List;

/** Allocates in the first of several areas that has room, as kernels do that prefer modules near their own code. */
final class AreasInTurn implements ModuleAllocator {
    private final List<AddressRange> areas;
    private final List<FirstFitAllocator> allocators = new ArrayList<>();

    AreasInTurn(List<AddressRange> areas, int pageBytes) {
        if (areas.isEmpty()) {
            throw new IllegalArgumentException("modules need an area");
        }
        for (int i = 0; i < areas.size(); i++) {
            for (AddressRange other : areas.subList(i + 1, areas.size())) {
                if (areas.get(i).overlaps(other)) {
                    throw new IllegalArgumentException("module areas " + areas.get(i) + " and " + other + " overlap");
                }
            }
        }
        this.areas = List.copyOf(areas);
        areas.forEach(area -> allocators.add(new FirstFitAllocator(area, pageBytes)));
    }

    @Override
    public AddressRange allocate(long sizeBytes, Permission permission) {
        for (FirstFitAllocator allocator : allocators) {
            AddressRange range = allocator.allocateIfRoom(sizeBytes);
            if (range != null) {
                return range;
            }
        }
        MemoryException last = allocators.get(0).full(sizeBytes);
        for (FirstFitAllocator allocator : allocators.subList(1, allocators.size())) {
            MemoryException full = allocator.full(sizeBytes);
            full.addSuppressed(last);
            last = full;
        }
        throw last;
    }

    @Override
    public void free(AddressRange range) {
        for (int i = 0; i < areas.size(); i++) {
            if (areas.get(i).contains(range)) {
                allocators.get(i).free(range);
                return;
            }
        }
        throw new IllegalArgumentException(range + " is in none of " + areas);
    }
}
