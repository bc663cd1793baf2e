package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.Stub;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The trampolines of one module: where each is, and where it goes. One trampoline serves all sites of its region that go to its target. A
 * stub that the load made for another branch to the same target serves as well, but never changes its target.
 */
final class Trampolines {
    /** A place for a trampoline, or a stub, which is fixed. */
    private record Slot(RegionKind region, long at, boolean isFixed) {}

    private final @Nullable FtraceTrampoline form;
    private final int literalBytes;
    private final ByteOrder dataOrder;
    private final List<Slot> slots = new ArrayList<>();
    private final long[] target;
    private final long[] next;
    private final BitSet needed = new BitSet();

    private Trampolines(PlacedModule placed, List<Stub> stubs) {
        form = placed.plan().archKernel().tracing().trampoline().orElse(null);
        literalBytes = placed.plan().archKernel().width().bytes();
        dataOrder = placed.file().elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        List<Long> targets = new ArrayList<>();
        for (RegionKind region : RegionKind.values()) {
            Optional<AddressRange> range = placed.range(region);
            if (!region.isExecutable() || range.isEmpty()) {
                continue;
            }
            for (Stub stub : stubs) {
                if (range.get().contains(stub.address())) {
                    slots.add(new Slot(region, stub.address().value(), true));
                    targets.add(stub.target().value());
                }
            }
            for (Address at : form == null ? List.<Address>of() : form.places(placed, region)) {
                slots.add(new Slot(region, at.value(), false));
                targets.add(0L);
            }
        }
        target = targets.stream().mapToLong(Long::longValue).toArray();
        next = target.clone();
    }

    static Trampolines of(LiveModule module) {
        return new Trampolines(module.placed(), module.stubs());
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** How many trampolines a region has room for. */
    int room(int region) {
        return (int) slots.stream()
                .filter(slot -> slot.region().ordinal() == region && !slot.isFixed())
                .count();
    }

    /** Starts to plan a switch: nothing is needed yet, and nothing changes. */
    void begin() {
        System.arraycopy(target, 0, next, 0, target.length);
        needed.clear();
    }

    /** Marks the trampoline or stub of {@code region} that goes to {@code to} as needed; returns its address, or 0 if there is none. */
    long keep(int region, long to) {
        for (int i = 0; i < next.length; i++) {
            if (next[i] == to && slots.get(i).region().ordinal() == region) {
                needed.set(i);
                return slots.get(i).at();
            }
        }
        return 0;
    }

    /**
     * Does the same as {@link #keep}, but if there is none, a trampoline that nothing needs gets this target; returns 0 if all are needed.
     *
     * @param through where the site goes now: if that is a trampoline which nothing else needs, its target changes, not the site
     */
    long take(int region, long to, long through) {
        long kept = keep(region, to);
        if (kept != 0) {
            return kept;
        }
        int free = -1;
        for (int i = 0; i < next.length; i++) {
            Slot slot = slots.get(i);
            if (!slot.isFixed() && slot.region().ordinal() == region && !needed.get(i)) {
                if (slot.at() == through) {
                    free = i;
                    break;
                }
                free = free < 0 ? i : free;
            }
        }
        if (free < 0) {
            return 0;
        }
        next[free] = to;
        needed.set(free);
        return slots.get(free).at();
    }

    /** Plans to write the literal of each trampoline whose target changes, and the code of each that was not in use. */
    void plan(CodeMemory memory) {
        for (int i = 0; i < next.length; i++) {
            if (form != null && needed.get(i) && next[i] != target[i]) {
                long at = slots.get(i).at();
                plan(memory, at + form.sizeBytes() - literalBytes, literal(next[i]));
                if (target[i] == 0) {
                    plan(memory, at, form.code(Address.of(at)));
                }
            }
        }
    }

    private byte[] literal(long value) {
        ByteBuffer literal = ByteBuffer.allocate(literalBytes).order(dataOrder);
        return (literalBytes == Long.BYTES ? literal.putLong(value) : literal.putInt((int) value)).array();
    }

    private static void plan(CodeMemory memory, long place, byte[] code) {
        byte[] old = new byte[code.length];
        memory.read(place, old);
        memory.plan(place, old, code, 0, code.length);
    }

    /** Takes the plan for what is. */
    void settle() {
        for (int i = 0; i < next.length; i++) {
            target[i] = needed.get(i) || slots.get(i).isFixed() ? next[i] : 0;
        }
    }

    /** Forgets the trampolines of init memory, which was freed. */
    void dropInit() {
        for (int i = 0; i < next.length; i++) {
            if (slots.get(i).region().isInit()) {
                target[i] = 0;
            }
        }
    }

    /** The trampolines in use. A new list. */
    List<Trampoline> inUse() {
        List<Trampoline> all = new ArrayList<>();
        for (int i = 0; i < target.length; i++) {
            if (target[i] != 0 && !slots.get(i).isFixed()) {
                all.add(new Trampoline(Address.of(slots.get(i).at()), Address.of(target[i])));
            }
        }
        return all;
    }
}
