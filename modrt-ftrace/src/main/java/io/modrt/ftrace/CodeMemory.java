package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.memory.TargetMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The writes of one switch: runs of bytes, each written by one access to the target's memory. They are planned in order; then all of
 * them are written, or what was written is undone.
 */
final class CodeMemory {
    private static final int RUNS_A_SITE = 2; // most sites have no more
    private static final int BYTES_A_SITE = 8;

    private final TargetMemory memory;
    private long[] places = {};
    private int[] starts = {0}; // starts[i] and starts[i + 1] delimit run i in the two arrays below
    private byte[] before = {};
    private byte[] after = {};
    private int planned;
    private int written;

    CodeMemory(TargetMemory memory) {
        this.memory = memory;
    }

    /** Reads {@code into.length} bytes of code. */
    void read(long address, byte[] into) {
        memory.read(Address.of(address), into, 0, into.length);
    }

    /** Makes room for the writes of so many sites. */
    void expect(int sites) {
        ensure(RUNS_A_SITE * sites, BYTES_A_SITE * sites);
    }

    private void ensure(int runs, int bytes) {
        if (runs > places.length) {
            places = Arrays.copyOf(places, runs);
            starts = Arrays.copyOf(starts, runs + 1);
        }
        if (bytes > before.length) {
            before = Arrays.copyOf(before, bytes);
            after = Arrays.copyOf(after, bytes);
        }
    }

    /**
     * Plans one write, after all that were planned before.
     *
     * @param start the address of the first byte of both arrays
     * @param old what the memory holds from {@code start} on
     * @param code what it shall hold
     * @param from the first index that is written
     * @param to one more than the last
     */
    void plan(long start, byte[] old, byte[] code, int from, int to) {
        int at = starts[planned];
        int end = at + to - from;
        if (planned == places.length || end > before.length) {
            ensure(2 * (planned + 1), 2 * end);
        }
        Units.copy(old, from, before, at, to - from);
        Units.copy(code, from, after, at, to - from);
        places[planned++] = start + from;
        starts[planned] = end;
    }

    /** Writes what was planned, in that order. If a write fails, {@link #failed} tells where, and the later ones are not tried. */
    void write() {
        while (written < planned) {
            write(written, after);
            written++; // why: not before, since a write that fails has written nothing and needs no undoing
        }
    }

    private void write(int run, byte[] bytes) {
        memory.write(Address.of(places[run]), bytes, starts[run], starts[run + 1] - starts[run]);
    }

    /** The address of the first run that was not written. */
    long failed() {
        return places[written];
    }

    /** Undoes what was written, the last run first. {@code failed} is told of each run that cannot be undone, and why. */
    void undo(BiConsumer<Address, Throwable> failed) {
        for (int i = written - 1; i >= 0; i--) {
            try {
                write(i, before);
            } catch (RuntimeException | Error failure) { // why: the other runs are undone whatever was raised
                failed.accept(Address.of(places[i]), failure);
            }
        }
    }

    /**
     * Tells the target which code was written: for each range one change, from the first byte written in it to the last.
     *
     * @param ranges ranges that hold all runs and do not overlap
     */
    void tell(List<AddressRange> ranges) {
        changed(ranges).forEach(memory::codeChanged);
    }

    /** The same for each range whatever telling of the others raises, which {@code failed} is given. */
    void tellEach(List<AddressRange> ranges, Consumer<Throwable> failed) {
        for (AddressRange range : changed(ranges)) {
            try {
                memory.codeChanged(range);
            } catch (RuntimeException | Error failure) { // why: what was undone stays undone
                failed.accept(failure);
            }
        }
    }

    private List<AddressRange> changed(List<AddressRange> ranges) {
        List<AddressRange> changed = new ArrayList<>();
        long[] first = new long[ranges.size()];
        long[] last = new long[ranges.size()];
        Arrays.fill(first, Long.MAX_VALUE);
        int within = 0;
        for (int i = 0; i < written; i++) {
            within = holds(ranges.get(within), places[i]) ? within : indexOf(ranges, places[i]);
            long offset = places[i] - ranges.get(within).start().value();
            first[within] = Math.min(first[within], offset);
            last[within] = Math.max(last[within], offset + starts[i + 1] - starts[i]);
        }
        for (int i = 0; i < first.length; i++) {
            if (last[i] > 0) {
                changed.add(new AddressRange(ranges.get(i).start().plus(first[i]), last[i] - first[i]));
            }
        }
        return changed;
    }

    private static int indexOf(List<AddressRange> ranges, long place) {
        for (int i = 0; i < ranges.size(); i++) {
            if (holds(ranges.get(i), place)) {
                return i;
            }
        }
        throw new AssertionError("0x" + Long.toHexString(place) + " is written, but lies in none of " + ranges);
    }

    private static boolean holds(AddressRange range, long place) {
        return Long.compareUnsigned(place - range.start().value(), range.sizeBytes()) < 0;
    }
}
