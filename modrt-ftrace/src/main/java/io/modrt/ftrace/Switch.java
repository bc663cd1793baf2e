package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.PatchException;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.memory.TargetMemory;
import io.modrt.patch.Patch;
import io.modrt.spi.SiteKind;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * One change of many sites, to be made once: planned, checked against memory, then written; all of it or nothing. No object is made for a site. First
 * come the trampolines, then the sites in the order of their modules and addresses, each in the kernel's order of words.
 */
final class Switch {

    /** Most sites change two words. */
    private static final int WORDS_A_SITE = 2;

    /** Where sites of one module shall go: 0 for off. */
    @FunctionalInterface
    interface Targets {
        long of(int site);
    }

    /** What changes in one module. */
    private record Step(ModuleSites sites, BitSet touched, long[] targets, long[] entries) {}

    private final CodeMemory memory;
    private final List<Step> steps = new ArrayList<>();

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
        for (int i = 0; i < targets.length; i++) {
            targets[i] = touched.get(i) ? wrapped(sites, wanted.of(i)) : sites.target(i);
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

    /** Maps of 32-bit MIPS kernels have their symbols' values sign-extended. */
    private static long wrapped(ModuleSites sites, long target) {
        Width width = sites.module().placed().plan().arch().width();
        long wrapped = width.wrap(target);
        if (wrapped != target && (int) target != target) {
            throw SiteFault.noAddress(sites, target);
        }
        return wrapped;
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
        memory.expect(steps.stream()
                .mapToInt(step -> WORDS_A_SITE * step.touched().cardinality())
                .sum());
        for (Step step : steps) {
            try {
                step.sites().trampolines().plan(memory);
            } catch (RuntimeException failure) {
                throw SiteFault.unwritable(step.sites(), -1, failure);
            }
        }
        steps.forEach(this::check);
        try {
            memory.write();
        } catch (RuntimeException failure) {
            throw undo(unwritable(memory.failed(), failure));
        }
        steps.forEach(this::settle);
        tell();
    }

    /** Compares the words of the sites that change with what they must be, and plans those that they get. */
    private void check(Step step) {
        ModuleSites sites = step.sites();
        int[] before = new int[sites.mostWords()];
        int[] after = new int[sites.mostWords()];
        int[] found = new int[sites.mostWords()];
        for (int i = 0; i < step.entries().length; i++) {
            long from = sites.entry(i);
            long to = step.entries()[i];
            if (from == to) {
                continue;
            }
            SiteKind kind = sites.kind(i);
            long start = sites.address(i) - kind.wordsInFront() * (long) Integer.BYTES;
            sites.words(i, before, from);
            sites.words(i, after, to);
            try {
                memory.read(start, found, kind.words());
            } catch (RuntimeException failure) {
                throw SiteFault.unreadable(sites, i, failure);
            }
            for (int w = 0; w < kind.words(); w++) {
                if (found[w] != before[w]) {
                    Patch patch = new Patch(Address.of(start + w * (long) Integer.BYTES), before[w], after[w]);
                    throw SiteFault.unexpected(sites, i, patch, found[w]);
                }
            }
            if (from != 0 && to != 0 && !isOneUnit(sites, start, kind.words(), before, after)) {
                // why: half of one target and half of the other would be neither
                sites.words(i, found, 0);
                plan(kind, start, before, found, SiteKind.State.OFF);
                plan(kind, start, found, after, SiteKind.State.ON);
            } else {
                plan(kind, start, before, after, to == 0 ? SiteKind.State.OFF : SiteKind.State.ON);
            }
        }
    }

    /** Whether one aligned write, of a word or of an address, makes the words before those after. */
    private static boolean isOneUnit(ModuleSites sites, long start, int words, int[] before, int[] after) {
        int first = Arrays.mismatch(before, 0, words, after, 0, words);
        int last = words - 1;
        while (last > first && before[last] == after[last]) {
            last--;
        }
        Width width = sites.module().placed().plan().arch().width();
        Address place = Address.of(start + first * (long) Integer.BYTES);
        return first == last || (last - first == 1 && width == Width.BITS_64 && place.isAligned(width.bytes()));
    }

    /** Plans the words that change; those that follow each other in memory and in the order of writing at once. */
    private void plan(SiteKind kind, long start, int[] before, int[] after, SiteKind.State to) {
        int end = -1;
        for (int nth = 0; nth < kind.writes(); nth++) {
            int index = kind.write(nth, to);
            if (before[index] != after[index]) {
                memory.plan(start + index * (long) Integer.BYTES, before[index], after[index], index == end);
                end = index + 1;
            }
        }
    }

    private void settle(Step step) {
        for (int i = 0; i < step.entries().length; i++) {
            step.sites().set(i, step.entries()[i], step.targets()[i]);
        }
        step.sites().trampolines().settle();
    }

    private PatchException unwritable(long place, RuntimeException failure) {
        for (Step step : steps) {
            int site = step.sites().owner(place);
            if (site >= 0) {
                return SiteFault.unwritable(step.sites(), site, failure);
            }
        }
        ModuleSites owner = steps.stream()
                .map(Step::sites)
                .filter(sites -> holds(sites.module().placed(), Address.of(place)))
                .findFirst()
                .orElseThrow();
        return SiteFault.unwritable(owner, -1, failure);
    }

    private static boolean holds(PlacedModule placed, Address place) {
        return Arrays.stream(RegionKind.values())
                .flatMap(kind -> placed.range(kind).stream())
                .anyMatch(range -> range.contains(place));
    }

    private RuntimeException undo(RuntimeException failure) {
        List<Address> lost = new ArrayList<>();
        List<RuntimeException> seconds = new ArrayList<>();
        memory.undo((place, second) -> {
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
    }
}
