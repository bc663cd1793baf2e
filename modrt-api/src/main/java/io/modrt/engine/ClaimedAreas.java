package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import java.util.List;

/** The usual allocator of a runtime, which claims its areas in the memory as long as it has modules there. */
final class ClaimedAreas implements ModuleAllocator {
    private final Claims claims;
    private final List<AddressRange> areas;
    private final ModuleAllocator allocator;

    ClaimedAreas(Claims claims, List<AddressRange> areas, int pageBytes) {
        this.claims = claims;
        this.areas = List.copyOf(areas);
        this.allocator = ModuleAllocator.over(areas, pageBytes);
    }

    @Override
    public AddressRange allocate(long sizeBytes, Permission permission) {
        claims.take(areas);
        boolean isTaken = false;
        try {
            AddressRange range = allocator.allocate(sizeBytes, permission);
            isTaken = true;
            return range;
        } finally {
            if (!isTaken) {
                claims.giveBack();
            }
        }
    }

    @Override
    public void free(AddressRange range) {
        allocator.free(range);
        claims.giveBack();
    }

    @Override
    public boolean fresh() {
        return allocator.fresh();
    }
}
