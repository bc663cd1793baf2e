package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Allocates at the lowest aligned address of a per-CPU area with enough room. Safe for use by many threads. */
final class FirstFitPerCpu implements PerCpuAllocator {

    private final AddressRange area;
    private final Holes holes;
    private final Map<Address, Long> takenBytes = new HashMap<>();

    FirstFitPerCpu(AddressRange area) {
        this.area = area;
        this.holes = new Holes(area);
    }

    @Override
    public synchronized Address allocate(long sizeBytes, long alignment) {
        if (sizeBytes < 1 || alignment < 1 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("no block has " + sizeBytes + " bytes aligned to " + alignment);
        }
        OptionalLong offset = holes.take(sizeBytes, alignment);
        if (offset.isEmpty()) {
            throw new MemoryException(Refusal.of(
                    Errno.ENOMEM,
                    "per-CPU area " + area + ": no room for 0x" + Long.toHexString(sizeBytes) + " bytes aligned to 0x"
                            + Long.toHexString(alignment) + ": the largest hole has 0x"
                            + Long.toHexString(holes.largest()) + " bytes; unload modules or give a larger area"));
        }
        Address base = area.start().plus(offset.getAsLong());
        takenBytes.put(base, sizeBytes);
        return base;
    }

    @Override
    public synchronized void free(Address base) {
        Long taken = takenBytes.remove(base);
        if (taken == null) {
            throw new IllegalArgumentException(base + " is not allocated in " + area);
        }
        holes.give(base.minus(area.start()), taken);
    }
}
