package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Made-up symbols for tools that have no kernel at hand: each name gets a slot of its own, which can be told apart and hooked. Slots
 * are given out from the low end of an area, in the order in which names are first asked for; a name keeps its slot. The area is the
 * caller's, or else the kernel area of the architecture whose modules ask: one source may serve several kernels, with slots for each.
 * Safe for use by many threads; {@link #find} finds nothing, since a placeholder must not hide what a module exports.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SyntheticSymbols implements KernelSymbols {
    private static final int USUAL_SLOT_BYTES = 64;

    private final @Nullable Slots own;
    private final int slotBytes;
    private final Map<AddressRange, Slots> byArea = new ConcurrentHashMap<>();

    private SyntheticSymbols(@Nullable AddressRange area, int slotBytes) {
        this.slotBytes = slotBytes;
        this.own = area == null ? null : slots(area);
    }

    /** Slots in the area of whoever asks. */
    static SyntheticSymbols inKernelArea() {
        return new SyntheticSymbols(null, USUAL_SLOT_BYTES);
    }

    /** Slots in {@code area}. */
    static SyntheticSymbols in(AddressRange area, int slotBytes) {
        if (slotBytes < 1 || Integer.bitCount(slotBytes) != 1 || !area.start().isAligned(slotBytes)) {
            throw new IllegalArgumentException("no slots of " + slotBytes + " bytes in " + area);
        }
        return new SyntheticSymbols(area, slotBytes);
    }

    private Slots slots(AddressRange area) {
        return byArea.computeIfAbsent(area, any -> new Slots(area, slotBytes));
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea) {
        Slots slots = own;
        return Optional.of((slots == null ? slots(kernelArea) : slots).slot(name));
    }

    /** Itself: slots are where the caller wants them. */
    @Override
    public KernelSymbols slid(long byteDelta) {
        return this;
    }

    /**
     * The symbol called {@code name}, which gets the next slot of the caller's area if it has none. Without an area of the caller's: the
     * slot that a module's load gave it.
     *
     * @throws MemoryException with ENOMEM where all slots are taken
     * @throws IllegalStateException where there is no area yet, and no slot of this name
     */
    public KernelSymbol slot(String name) {
        Slots slots = own;
        if (slots != null) {
            return slots.slot(name);
        }
        return byArea.values().stream()
                .flatMap(each -> each.known(name).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no module has asked for " + name
                        + ", and slots without an area of their own lie in the area of the kernel that asks; give"
                        + " KernelSymbols.synthetic an area"));
    }

    /** The areas that slots were taken from so far. */
    public Collection<AddressRange> areas() {
        return Collections.unmodifiableSet(byArea.keySet());
    }

    /** The bytes from one slot to the next. */
    public int slotBytes() {
        return slotBytes;
    }

    /** The slots given out so far, in the order of their addresses within each area; a copy. */
    public Map<String, Address> slots() {
        Map<String, Address> all = new LinkedHashMap<>();
        byArea.values().forEach(slots -> slots.addTo(all));
        return Collections.unmodifiableMap(all);
    }

    /** The name whose slot holds {@code address}, at its start or within; empty where none does. */
    public Optional<String> nameAt(Address address) {
        return byArea.values().stream()
                .flatMap(slots -> slots.nameAt(address).stream())
                .findFirst();
    }

    /** The slots of one area. */
    private static final class Slots {
        private final AddressRange area;
        private final int slotBytes;
        private final Map<String, KernelSymbol> byName = new ConcurrentHashMap<>();
        private final Map<Long, String> bySlot = new ConcurrentHashMap<>();

        Slots(AddressRange area, int slotBytes) {
            this.area = area;
            this.slotBytes = slotBytes;
        }

        Optional<KernelSymbol> known(String name) {
            return Optional.ofNullable(byName.get(name));
        }

        KernelSymbol slot(String name) {
            KernelSymbol known = byName.get(name);
            return known != null ? known : assign(name);
        }

        private synchronized KernelSymbol assign(String name) {
            KernelSymbol known = byName.get(Objects.requireNonNull(name, "name"));
            if (known != null) {
                return known;
            }
            long slot = bySlot.size();
            if (slot >= area.sizeBytes() / slotBytes) {
                throw new MemoryException(Refusal.of(
                        Errno.ENOMEM,
                        "synthetic symbols: no slot for " + name + ": all " + slot + " of " + slotBytes
                                + " bytes in " + area + " are taken; give a larger area"));
            }
            KernelSymbol made = KernelSymbol.of(name, area.start().plus(slot * slotBytes));
            // why: the reverse first, so that whoever has an address can ask for its name
            bySlot.put(slot, name);
            byName.put(name, made);
            return made;
        }

        synchronized void addTo(Map<String, Address> all) {
            for (long slot = 0; slot < bySlot.size(); slot++) {
                all.put(Objects.requireNonNull(bySlot.get(slot)), area.start().plus(slot * slotBytes));
            }
        }

        Optional<String> nameAt(Address address) {
            return area.contains(address)
                    ? Optional.ofNullable(bySlot.get(address.minus(area.start()) / slotBytes))
                    : Optional.empty();
        }
    }
}
