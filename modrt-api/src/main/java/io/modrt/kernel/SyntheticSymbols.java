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
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Made-up symbols, for tools that have no kernel at hand. Each name gets a slot: an address range of its own, so that an emulator can tell
 * the symbols apart and hook them. Slots are given out from the low end of an area, in the order in which names are first asked for, and a
 * name keeps its slot. The area is the caller's, or else the kernel area of the architecture whose modules ask; then one source can serve
 * several kernels, and a name has a slot in the area of each.
 *
 * <p>Safe for use by many threads. {@link #find} finds nothing, because a made-up symbol must not hide one that a module exports.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SyntheticSymbols implements BulkSymbols {
    private static final int USUAL_SLOT_BYTES = 64;

    private final @Nullable Slots own;
    private final int slotBytes;
    private final Map<AddressRange, Slots> byArea = new ConcurrentHashMap<>();
    private volatile @Nullable Slots last;

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
        Slots slots = last;
        if (slots == null || !slots.area.equals(area)) { // why: one kernel asks often
            slots = byArea.computeIfAbsent(area, any -> new Slots(area, slotBytes));
            last = slots;
        }
        return slots;
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return Optional.empty();
    }

    /** Answers nothing: made-up symbols are {@linkplain #placeholder placeholders}. */
    @Override
    public void answer(SymbolQuery query) {}

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        Slots slots = own;
        return Optional.of((slots == null ? slots(kernelArea) : slots).slot(name, use));
    }

    /** Returns itself, because the caller or the architecture chose where the slots are. */
    @Override
    public KernelSymbols slid(long byteDelta) {
        return this;
    }

    /**
     * The symbol of this name. In an area of the caller's it gets the next slot if it has none yet: a single one, since nobody knows then how
     * much memory modules read there. Otherwise it must have a slot already, from the load of a module.
     *
     * @throws MemoryException with ENOMEM if all slots are taken
     * @throws IllegalStateException if the caller gave no area and no module has asked for this name
     */
    public KernelSymbol slot(String name) {
        Slots slots = own;
        if (slots != null) {
            return slots.slotInAdvance(name);
        }
        return byArea.values().stream()
                .flatMap(each -> each.known(name).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no module has asked for " + name
                        + ", and slots without an area of their own lie in the area of the kernel that asks; give"
                        + " KernelSymbols.synthetic an area"));
    }

    /** The areas in which there are slots. */
    public Collection<AddressRange> areas() {
        return Collections.unmodifiableSet(byArea.keySet());
    }

    /** The size of a slot in bytes; the slot of data of which a module reads more is as many of these as it takes. */
    public int slotBytes() {
        return slotBytes;
    }

    /** The address of each name that has a slot, in the order of addresses within each area; a copy. If a name has slots in several areas, one of them. */
    public Map<String, Address> slots() {
        Map<String, Address> all = new LinkedHashMap<>();
        byArea.values().forEach(slots -> slots.addTo(all));
        return Collections.unmodifiableMap(all);
    }

    /** The name whose slot contains {@code address}; empty if none does. */
    public Optional<String> nameAt(Address address) {
        return byArea.values().stream()
                .flatMap(slots -> slots.nameAt(address).stream())
                .findFirst();
    }

    /** What the module that first asked for {@code name} does with it; empty if no module has asked. */
    public Optional<SymbolUse> use(String name) {
        return byArea.values().stream()
                .flatMap(slots -> Optional.ofNullable(slots.uses.get(name)).stream())
                .findFirst();
    }

    /** The slots of one area. */
    private static final class Slots {
        private final AddressRange area;
        private final int slotBytes;
        private final Map<String, KernelSymbol> byName = new ConcurrentHashMap<>();
        private final Map<String, SymbolUse> uses = new ConcurrentHashMap<>();
        /** The names by the number of their slot, in units of the usual size. */
        private final TreeMap<Long, String> bySlot = new TreeMap<>();

        private long taken;
        /** How many names have a slot for which no module has asked. */
        private volatile int withoutUse;

        Slots(AddressRange area, int slotBytes) {
            this.area = area;
            this.slotBytes = slotBytes;
        }

        Optional<KernelSymbol> known(String name) {
            return Optional.ofNullable(byName.get(name));
        }

        KernelSymbol slot(String name, Supplier<SymbolUse> use) {
            KernelSymbol known = byName.get(name);
            if (known != null && withoutUse > 0) {
                learn(name, use);
            }
            return known != null ? known : assign(name, use.get());
        }

        /** The slot of a name for which no module has asked yet. */
        synchronized KernelSymbol slotInAdvance(String name) {
            KernelSymbol known = byName.get(name);
            if (known != null) {
                return known;
            }
            KernelSymbol made = assign(name, SymbolUse.unknown());
            uses.remove(name);
            withoutUse++;
            return made;
        }

        /** Takes down what the first module that asks does with a name that has a slot already. */
        private synchronized void learn(String name, Supplier<SymbolUse> use) {
            if (!uses.containsKey(name)) {
                uses.put(name, use.get());
                withoutUse--;
            }
        }

        private synchronized KernelSymbol assign(String name, SymbolUse use) {
            KernelSymbol known = byName.get(Objects.requireNonNull(name, "name"));
            if (known != null) {
                return known;
            }
            long slot = taken;
            long count = Math.max(1, (use.sizeBytes() - 1) / slotBytes + 1);
            if (count > area.sizeBytes() / slotBytes - slot) {
                throw new MemoryException(Refusal.of(
                        Errno.ENOMEM,
                        "synthetic symbols: no slot for " + name
                                + (count == 1 ? ": all " : ", which takes " + count + ": ") + slot + " of "
                                + slotBytes + " bytes in " + area + " are taken; give a larger area"));
            }
            KernelSymbol made = KernelSymbol.of(name, area.start().plus(slot * slotBytes));
            // why: nameAt must know every address that a caller can have from slot
            bySlot.put(slot, name);
            taken = slot + count;
            uses.put(name, use);
            byName.put(name, made);
            return made;
        }

        synchronized void addTo(Map<String, Address> all) {
            bySlot.forEach((slot, name) -> all.put(name, area.start().plus(slot * slotBytes)));
        }

        Optional<String> nameAt(Address address) {
            if (!area.contains(address)) {
                return Optional.empty();
            }
            long slot = address.minus(area.start()) / slotBytes;
            synchronized (this) {
                return slot < taken ? Optional.of(bySlot.floorEntry(slot).getValue()) : Optional.empty();
            }
        }
    }
}
