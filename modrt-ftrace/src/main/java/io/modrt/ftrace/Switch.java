package io.modrt.ftrace;

import io.modrt.PatchException;
import io.modrt.layout.RegionKind;
import io.modrt.memory.Address;
import io.modrt.memory.AddressRange;
import io.modrt.memory.TargetMemory;
import io.modrt.patch.Patch;
import io.modrt.spi.SiteKind;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * One change of many sites: planned, checked against memory, then written; all of it or nothing. No object is made for a site. First
 * come the trampolines, then the sites in the order of their modules and addresses, each in the kernel's order of words.
 */
final class Switch {

    /** Where sites of one module shall go: 0 for off. */
    @FunctionalInterface
    interface Targets {
        long of(int site);
    }

    /** What changes in one module. */
    private record Step(ModuleSites sites, BitSet touched, long[] targets, long[] entries) {}

    private final CodeMemory memory;
    private final List<Step> steps = new ArrayList<>();
    private int[] before = new int[0];
    private int[] after = new int[0];
    private int[] found = new int[0];

    Switch(TargetMemory memory, boolean bigEndian) {
        this.memory = new CodeMemory(memory, bigEndian);
    }

    /**
     * Plans to switch the sites in {@code touched}.
     *
     * @throws PatchException where one of them cannot be switched
     */
    void plan(ModuleSites sites, BitSet touched, Targets wanted) {
        long[] targets = new long[sites.count()];
        long[] entries = new long[sites.count()];
        Width width = sites.module().placed().plan().arch().width();
        for (int i = 0; i < targets.length; i++) {
            // why: maps of 32-bit MIPS kernels have their symbols' values sign-extended
            targets[i] = touched.get(i) ? width.wrap(wanted.of(i)) : sites.target(i);
            entries[i] = sites.entry(i);
        }
        for (int i = touched.nextSetBit(0); i >= 0; i = touched.nextSetBit(i + 1)) {
            if (sites.isForeign(i) || sites.isTorn(i)) {
                throw SiteFault.unswitchable(sites, i);
            }
        }
        Step step = new Step(sites, touched, targets, entries);
        findEntries(step);
        steps.add(step);
    }

    private static void findEntries(Step step) {
        ModuleSites sites = step.sites();
        Trampolines trampolines = sites.trampolines();
        trampolines.begin();
        BitSet far = new BitSet();
        Address to = Address.of(0);
        for (int i = 0; i < step.targets().length; i++) {
            boolean isAsked = step.targets()[i] != 0 && (step.touched().get(i) || !trampolines.isEmpty());
            if (isAsked && !sites.isForeign(i) && !sites.isGone(i) && sites.first(i) == i) {
                to = to.value() == step.targets()[i] ? to : Address.of(step.targets()[i]);
                if (!sites.kind(i).reaches(sites.address(i), to)) {
                    far.set(i);
                    trampolines.keep(sites.regionOrdinal(i), to);
                }
            }
        }
        for (int i = step.touched().nextSetBit(0); i >= 0; i = step.touched().nextSetBit(i + 1)) {
            step.entries()[i] = step.targets()[i];
        }
        for (int i = far.nextSetBit(0); i >= 0; i = far.nextSetBit(i + 1)) {
            to = to.value() == step.targets()[i] ? to : Address.of(step.targets()[i]);
            long at = trampolines.take(sites.regionOrdinal(i), to, sites.entry(i));
            if (at == 0) {
                throw SiteFault.outOfReach(sites, i, to);
            }
            step.entries()[i] = at;
        }
    }

    /**
     * Does what was planned, at least one step.
     *
     * @throws PatchException where a word is not what it should be, or cannot be read or written; then all is as before, but for
     *     sites that it says are torn
     */
    void run() {
        int most = 2;
        for (Step step : steps) {
            most = Math.max(most, step.sites().mostWords());
        }
        before = new int[most];
        after = new int[most];
        found = new int[most];
        steps.forEach(this::check);
        int[] at = {-1};
        Step current = steps.get(0);
        try {
            for (Step step : steps) {
                current = step;
                step.sites().trampolines().write(memory, before, after);
            }
            for (Step step : steps) {
                current = step;
                write(step, at);
            }
        } catch (RuntimeException failure) {
            throw undo(SiteFault.unwritable(current.sites(), at[0], failure));
        }
        steps.forEach(this::settle);
        tell();
    }

    private boolean isChanged(Step step, int site) {
        return step.entries()[site] != step.sites().entry(site);
    }

    private void check(Step step) {
        ModuleSites sites = step.sites();
        for (int i = 0; i < step.entries().length; i++) {
            if (isChanged(step, i)) {
                SiteKind kind = sites.kind(i);
                long start = sites.address(i) - kind.wordsInFront() * (long) Integer.BYTES;
                int count = kind.words();
                sites.words(i, before, sites.entry(i));
                try {
                    memory.read(start, found, count);
                } catch (RuntimeException failure) {
                    throw SiteFault.unreadable(sites, i, failure);
                }
                for (int w = 0; w < count; w++) {
                    if (found[w] != before[w]) {
                        sites.words(i, after, step.entries()[i]);
                        Patch patch = new Patch(Address.of(start + w * (long) Integer.BYTES), before[w], after[w]);
                        throw SiteFault.unexpected(sites, i, patch, found[w]);
                    }
                }
            }
        }
    }

    private void write(Step step, int[] at) {
        ModuleSites sites = step.sites();
        for (int i = 0; i < step.entries().length; i++) {
            if (isChanged(step, i)) {
                at[0] = i;
                sites.words(i, before, sites.entry(i));
                sites.words(i, after, step.entries()[i]);
                boolean isFromOnToOn = sites.entry(i) != 0 && step.entries()[i] != 0;
                if (isFromOnToOn && !isOneUnit(sites, i)) {
                    // why: half of one target and half of the other would be neither
                    sites.words(i, after, 0);
                    write(sites, i, SiteKind.State.OFF);
                    sites.words(i, before, 0);
                    sites.words(i, after, step.entries()[i]);
                }
                write(sites, i, step.entries()[i] == 0 ? SiteKind.State.OFF : SiteKind.State.ON);
            }
        }
        at[0] = -1;
    }

    /** Whether one aligned write, of a word or of an address, makes the words before those after. */
    private boolean isOneUnit(ModuleSites sites, int site) {
        SiteKind kind = sites.kind(site);
        int first = -1;
        int last = -1;
        for (int w = 0; w < kind.words(); w++) {
            if (before[w] != after[w]) {
                first = first < 0 ? w : first;
                last = w;
            }
        }
        Width width = sites.module().placed().plan().arch().width();
        Address start = Address.of(sites.address(site) + (first - kind.wordsInFront()) * (long) Integer.BYTES);
        return first == last || (last - first == 1 && width == Width.BITS_64 && start.isAligned(width.bytes()));
    }

    /** Writes the words that change; those that follow each other in memory and in the order of writing at once. */
    private void write(ModuleSites sites, int site, SiteKind.State to) {
        SiteKind kind = sites.kind(site);
        long start = sites.address(site) - kind.wordsInFront() * (long) Integer.BYTES;
        int from = 0;
        int end = 0;
        int writes = kind.writes();
        for (int nth = 0; nth < writes; nth++) {
            int index = kind.write(nth, to);
            if (before[index] != after[index]) {
                if (from == end) {
                    from = index;
                } else if (index != end) {
                    memory.write(start + from * (long) Integer.BYTES, before, after, from, end);
                    from = index;
                }
                end = index + 1;
            }
        }
        if (from != end) {
            memory.write(start + from * (long) Integer.BYTES, before, after, from, end);
        }
    }

    private void settle(Step step) {
        for (int i = 0; i < step.entries().length; i++) {
            step.sites().set(i, step.entries()[i], step.targets()[i]);
        }
        step.sites().trampolines().settle();
    }

    private RuntimeException undo(RuntimeException failure) {
        List<Address> lost = new ArrayList<>();
        List<RuntimeException> seconds = new ArrayList<>();
        memory.undo(before, (place, second) -> {
            lost.add(place);
            seconds.add(second);
            steps.forEach(step -> step.sites().tear(place.value()));
        });
        tell();
        return lost.isEmpty() ? failure : SiteFault.torn(failure, lost, seconds);
    }

    private void tell() {
        for (Step step : steps) {
            for (RegionKind kind : RegionKind.values()) {
                Optional<AddressRange> range = step.sites().module().placed().range(kind);
                if (kind.isExecutable() && range.isPresent()) {
                    memory.tellOf(range.get());
                }
            }
        }
        memory.forget();
    }
}
