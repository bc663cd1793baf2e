package io.modrt.parisc;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.*;
import java.util.Optional;

/**
 * A 64-bit module's own tables, at the start of its core or text: the GOT, which has a slot for each address in the order of first use,
 * and the descriptors, one for each function of the module whose address is taken. The module's gp points to the start of the GOT.
 */
final class PariscGot {
    static final int SLOT_BYTES = 8;
    static final int DESCRIPTOR_BYTES = 32;
    private static final int DESCRIPTOR_CODE = 16;
    private static final int DESCRIPTOR_GP = 24;

    /** One slot less than a load with a 16-bit displacement reaches. */
    private static final int MOST_SLOTS = 4095;
    /** The same with a 14-bit displacement. */
    private static final int MOST_SLOTS_OF_14_BITS = 1023;

    private final PlacedSections placed;
    private final long gp;
    private final long descriptorsStart;
    /** Where each region of the module starts, and how many bytes from there on are its. */
    private final long[] starts = new long[RegionKind.values().length];

    private final long[] sizes = new long[starts.length];
    private int regions;
    private final FirstUses slots;
    private final FirstUses descriptors;

    PariscGot(PlacedSections placed, PariscPlan plan) {
        this.placed = placed;
        boolean isByMemoryType = placed.profile().layoutRules() == LayoutRules.MEMORY_TYPES;
        // A module that has tables has this region, since its plan counted them there.
        Optional<AddressRange> home = placed.range(isByMemoryType ? RegionKind.TEXT : RegionKind.CORE);
        this.gp = home.map(region -> region.start().value()).orElse(0L);
        this.descriptorsStart = gp + plan.descriptorsOffset();
        // why: two instructions use a slot, and most slots and descriptors are used more than once
        this.slots = new FirstUses(plan.slots() / 8);
        this.descriptors = new FirstUses(plan.descriptors() / 4);
        // why: until 6.3 the kernel also counts the first byte behind core and init as theirs
        int past = isByMemoryType ? 0 : 1;
        for (RegionKind kind : RegionKind.values()) {
            placed.range(kind).ifPresent(range -> {
                starts[regions] = range.start().value();
                sizes[regions++] = range.sizeBytes() + past;
            });
        }
    }

    /** Whether an address is the module's. */
    boolean isLocal(long address) {
        for (int i = 0; i < regions; i++) {
            if (holds(i, address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one region has both addresses. */
    boolean isInOneRegion(long address, long other) {
        for (int i = 0; i < regions; i++) {
            if (holds(i, address) && holds(i, other)) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(int region, long address) {
        return Long.compareUnsigned(address - starts[region], sizes[region]) < 0;
    }

    /** The slot for {@code value}, in bytes from the start of the GOT. */
    int slotOffset(Fixup fixup, long value) {
        if (value == 0) {
            throw fixup.refused(
                    Refusal.beyondKernel("a GOT slot for address 0, at which the kernel stops itself (BUG)"));
        }
        return SLOT_BYTES * slots.number(value);
    }

    /** The pointer to the function at {@code address}: if that is in the module, the address of its descriptor, else {@code address}. */
    long functionPointer(long address) {
        return isLocal(address) ? descriptorsStart + (long) DESCRIPTOR_BYTES * descriptors.number(address) : address;
    }

    /** Writes the slots and descriptors that are in use; the others stay zero. */
    void write(ModuleImage image) {
        for (int i = 0; i < slots.count(); i++) {
            image.putPointerAt(gp + (long) SLOT_BYTES * i, slots.address(i));
        }
        for (int i = 0; i < descriptors.count(); i++) {
            long descriptor = descriptorsStart + (long) DESCRIPTOR_BYTES * i;
            image.putPointerAt(descriptor + DESCRIPTOR_CODE, descriptors.address(i));
            image.putPointerAt(descriptor + DESCRIPTOR_GP, gp);
        }
    }

    /** Checks, as {@code module_finalize} does, how many slots the relocations use. */
    void checkLimit() {
        int most = placed.profile().has(PariscChange.WIDE_GOT) ? MOST_SLOTS : MOST_SLOTS_OF_14_BITS;
        if (slots.count() > most) {
            String name = placed.file().name();
            throw new LayoutException(Refusal.of(
                            Errno.EINVAL,
                            slots.count() + " GOT slots are used, and a load reaches " + most + "; split the module")
                    .at(name)
                    .logged(name + ": Global Offset Table overflow (used " + slots.count() + ", allowed " + most
                            + ")"));
        }
    }
}
