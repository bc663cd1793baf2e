package io.modrt.memory;

import io.modrt.address.AddressRange;
import io.modrt.error.MemoryException;
import java.util.ArrayList;
import java.util.List;

/** Several areas, tried in turn, as kernels do that prefer modules near to their own code. */
final class AreasInTurn implements ModuleAllocator {
    private final List<AddressRange> areas;
    private final List<ModuleAllocator> allocators = new ArrayList<>();

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
        MemoryException last = null;
        for (ModuleAllocator allocator : allocators) {
            try {
                return allocator.allocate(sizeBytes, permission);
            } catch (MemoryException full) {
                if (last != null) {
                    full.addSuppressed(last);
                }
                last = full;
            }
        }
        if (last == null) {
            throw new AssertionError("there is an area");
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
