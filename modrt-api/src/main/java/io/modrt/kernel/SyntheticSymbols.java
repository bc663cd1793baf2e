package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;

/**
 * Made-up symbols for tools that have no kernel at hand: each name gets a slot of its own, that can be told apart and hooked. Slots
 * are given out from the low end of the area, in the order in which names are first asked for; a name keeps its slot. Safe for
 * use by many threads; {@link #find} finds nothing, since a placeholder must not hide what a module exports.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SyntheticSymbols implements KernelSymbols {

    /**
     * 256 MB that are the same number sign- and zero-extended, so that address pairs of 32-bit code on 64-bit machines reach
     * them too, and that hold neither kernel nor modules on MIPS and PA-RISC.
     */
    static final AddressRange USUAL_AREA = new AddressRange(Address.of(0x6000_0000L), 0x1000_0000L);

    static final int USUAL_SLOT_BYTES = 64;

    private final AddressRange area;
    private final int slotBytes;
    private final Map<String, KernelSymbol> byName = new ConcurrentHashMap<>();
    private final Map<Long, String> bySlot = new ConcurrentHashMap<>();

    SyntheticSymbols(AddressRange area, int slotBytes) {
        if (slotBytes < 1 || Integer.bitCount(slotBytes) != 1 || !area.start().isAligned(slotBytes)) {
            throw new IllegalArgumentException("no slots of " + slotBytes + " bytes in " + area);
        }
        this.area = area;
        this.slotBytes = slotBytes;
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name) {
        return Optional.of(slot(name));
    }

    /** Itself: slots are where the caller wants them. */
    @Override
    public KernelSymbols slid(long byteDelta) {
        return this;
    }

    /**
     * The symbol called {@code name}, which gets the next slot if it has none.
     *
     * @throws MemoryException with ENOMEM where all slots are taken
     */
    public KernelSymbol slot(String name) {
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
                    "synthetic symbols: no slot for " + name + ": all " + slot + " of " + slotBytes + " bytes in "
                            + area + " are taken; give a larger area"));
        }
        KernelSymbol made = KernelSymbol.of(name, area.start().plus(slot * slotBytes));
        // why: the reverse first, so that whoever has an address can ask for its name
        bySlot.put(slot, name);
        byName.put(name, made);
        return made;
    }

    /** The area that slots are taken from. */
    public AddressRange area() {
        return area;
    }

    /** The bytes from one slot to the next. */
    public int slotBytes() {
        return slotBytes;
    }

    /** The slots given out so far, in the order of their addresses; a copy. */
    public synchronized Map<String, Address> slots() {
        Map<String, Address> slots = new LinkedHashMap<>();
        for (long slot = 0; slot < bySlot.size(); slot++) {
            slots.put(Objects.requireNonNull(bySlot.get(slot)), area.start().plus(slot * slotBytes));
        }
        return Collections.unmodifiableMap(slots);
    }

    /** The name whose slot holds {@code address}, at its start or within; empty where none does. */
    public Optional<String> nameAt(Address address) {
        return area.contains(address)
                ? Optional.ofNullable(bySlot.get(address.minus(area.start()) / slotBytes))
                : Optional.empty();
    }
}
