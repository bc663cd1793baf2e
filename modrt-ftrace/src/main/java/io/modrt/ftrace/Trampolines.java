package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.Stub;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The trampolines of one module: where each is, and where it goes. One serves all sites of its region that go to its target. A stub
 * that the load made for another branch to the same target serves as well, but never changes its target.
 */
final class Trampolines {
    /** A place. */
    private record Slot(RegionKind region, long at, boolean isFixed) {}

    private final FtraceTrampoline tracing;
    private final Width width;
    private final List<Slot> slots;
    private final long[] target;
    private final long[] next;
    private final BitSet needed = new BitSet();

    private Trampolines(FtraceTrampoline tracing, Width width, List<Slot> slots, long[] target) {
        this.tracing = tracing;
        this.width = width;
        this.slots = slots;
        this.target = target;
        this.next = target.clone();
    }

    static Trampolines of(LiveModule module, FtraceTrampoline tracing) {
        List<Slot> slots = new ArrayList<>();
        List<Long> targets = new ArrayList<>();
        for (RegionKind region : RegionKind.values()) {
            AddressRange range = module.placed().range(region).orElse(null);
            if (!region.isExecutable() || range == null) {
                continue;
            }
            for (Stub stub : module.stubs()) {
                if (range.contains(stub.address())) {
                    slots.add(new Slot(region, stub.address().value(), true));
                    targets.add(stub.target().value());
                }
            }
            for (Address at : tracing.trampolines(module.placed(), region)) {
                slots.add(new Slot(region, at.value(), false));
                targets.add(0L);
            }
        }
        Width width = module.placed().plan().arch().width();
        return new Trampolines(
                tracing,
                width,
                slots,
                targets.stream().mapToLong(Long::longValue).toArray());
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

    /** Begins to plan where each goes. */
    void begin() {
        System.arraycopy(target, 0, next, 0, target.length);
        needed.clear();
    }

    /** Where a site of {@code region} finds {@code to}; what goes there already stays. 0 where nothing does. */
    long keep(int region, Address to) {
        for (int i = 0; i < next.length; i++) {
            if (next[i] == to.value() && slots.get(i).region().ordinal() == region) {
                needed.set(i);
                return slots.get(i).at();
            }
        }
        return 0;
    }

    /** The same, making one where there is none: the one that the site went through, or else any that nobody needs. 0 without room. */
    long take(int region, Address to, long through) {
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
        next[free] = to.value();
        needed.set(free);
        return slots.get(free).at();
    }

    /** Plans to write those whose target changes: the literal, and the code of those that had none. */
    void plan(CodeMemory memory) {
        int[] literal = new int[width.bytes() / Integer.BYTES];
        for (int i = 0; i < next.length; i++) {
            if (needed.get(i) && next[i] != target[i]) {
                long at = slots.get(i).at();
                memory.putPointer(literal, width, next[i]);
                plan(memory, at + tracing.trampolineBytes() - width.bytes(), literal);
                if (target[i] == 0) {
                    plan(memory, at, tracing.trampoline(Address.of(at)));
                }
            }
        }
    }

    private static void plan(CodeMemory memory, long place, int[] words) {
        int[] old = new int[words.length];
        memory.read(place, old, old.length);
        for (int w = 0; w < words.length; w++) {
            memory.plan(place + w * (long) Integer.BYTES, old[w], words[w], w > 0);
        }
    }

    /** What was planned is so now. */
    void settle() {
        for (int i = 0; i < next.length; i++) {
            target[i] = needed.get(i) || slots.get(i).isFixed() ? next[i] : 0;
        }
    }

    /** Those of init memory are no more. */
    void dropInit() {
        for (int i = 0; i < next.length; i++) {
            if (slots.get(i).region().isInit()) {
                target[i] = 0;
            }
        }
    }

    /** Those in use. A new list. */
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
