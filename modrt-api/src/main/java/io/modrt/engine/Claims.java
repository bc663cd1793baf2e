package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.memory.TargetMemory;
import java.util.List;

/** What one runtime claims in its memory: module areas, from the first range that it takes there until it has given all back. */
final class Claims {
    private final TargetMemory memory;
    private int ranges;

    Claims(TargetMemory memory) {
        this.memory = memory;
    }

    /** Takes down that a range of one of these areas is going to be taken. */
    synchronized void take(List<AddressRange> areas) {
        try {
            areas.forEach(area -> memory.claim(area, this));
        } catch (RuntimeException | Error refused) {
            releaseIfUnused();
            throw refused;
        }
        ranges++;
    }

    /** Takes down that a range was given back, or was not taken after all. */
    synchronized void giveBack() {
        ranges--;
        releaseIfUnused();
    }

    private void releaseIfUnused() {
        if (ranges == 0) {
            memory.release(this);
        }
    }
}
