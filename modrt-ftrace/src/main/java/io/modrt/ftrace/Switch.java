package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.PatchException;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.SiteKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

/**
 * One change of many sites, to be made once: planned, compared with memory, then written, all of it or nothing. Trampolines are written
 * first, then the sites in the order of their modules and addresses, each in the kernel's order of writing. No object is made for a site.
 */
final class Switch {
    private final CodeMemory memory;
    private final List<Step> steps = new ArrayList<>();

    /**
     * What changes in one module.
     *
     * @param wanted the sites for which a tracer or a redirection asks, before the switch or after it
     * @param targets where each site of the module goes in the end; 0 for off
     * @param entries what the code of each site calls
     */
    private record Step(ModuleSites sites, BitSet wanted, long[] targets, long[] entries) {}

    /** Room for the code of one site of a kind: as it must be, as it will be, and as memory has it. */
    private record Buffers(byte[] before, byte[] after, byte[] found) {
        static Buffers of(SiteKind kind) {
            return new Buffers(new byte[kind.bytes()], new byte[kind.bytes()], new byte[kind.bytes()]);
        }
    }

    Switch(TargetMemory memory) {
        this.memory = new CodeMemory(memory);
    }

    /**
     * Plans to switch those sites of a module for which {@code from} and {@code to} do not wish the same.
     *
     * @throws PatchException if one of them cannot be switched
     */
    void plan(ModuleSites sites, Wishes from, Wishes to) {
        BitSet wanted = from.wanted(sites);
        wanted.or(to.wanted(sites));
        if (wanted.isEmpty()) {
            return;
        }
        IntToLongFunction target = to.targets(sites);
        long[] targets = new long[sites.count()];
        long[] entries = new long[sites.count()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = wanted.get(i) ? checked(sites, target.applyAsLong(i)) : sites.target(i);
            entries[i] = wanted.get(i) ? targets[i] : sites.entry(i);
            if (targets[i] != sites.target(i) && (sites.isForeign(i) || sites.isTorn(i))) {
                throw SiteFault.unswitchable(sites, i);
            }
        }
        Step step = new Step(sites, wanted, targets, entries);
        findTrampolines(step);
        steps.add(step);
    }

    private static long checked(ModuleSites sites, long target) {
        if (sites.width().wrap(target) != target) {
            throw SiteFault.noAddress(sites, target);
        }
        return target;
    }

    /**
     * Gives each site that does not reach its target a trampoline for its entry. Those that lead to a target which is still wanted are
     * set apart before others change their targets.
     */
    private static void findTrampolines(Step step) {
        ModuleSites sites = step.sites();
        Trampolines trampolines = sites.trampolines();
        trampolines.begin();
        BitSet far = new BitSet();
        Address to = Address.of(0);
        for (int i = 0; i < step.targets().length; i++) {
            long target = step.targets()[i];
            boolean isAsked = target != 0 && (step.wanted().get(i) || !trampolines.isEmpty());
            if (isAsked && !sites.isForeign(i) && !sites.isGone(i) && sites.first(i) == i) {
                to = to.value() == target ? to : Address.of(target);
                if (!sites.kind(i).reaches(sites.address(i), to)) {
                    far.set(i);
                    trampolines.keep(sites.regionOrdinal(i), target);
                }
            }
        }
        for (int i = far.nextSetBit(0); i >= 0; i = far.nextSetBit(i + 1)) {
            long at = trampolines.take(sites.regionOrdinal(i), step.targets()[i], sites.entry(i));
            if (at == 0) {
                throw SiteFault.outOfReach(sites, i, Address.of(step.targets()[i]));
            }
            step.entries()[i] = at;
        }
    }

    /**
     * Does what was planned.
     *
     * <p>Whatever the target's memory raises, exceptions and errors, all is then as before, except for sites that the message calls torn:
     * what was written is written back, and the target told of it. That holds for {@link TargetMemory#codeChanged} too.
     *
     * @throws PatchException if code is not what it should be, or cannot be read or written
     */
    void run() {
        memory.expect(
                steps.stream().mapToInt(step -> step.wanted().cardinality()).sum());
        for (Step step : steps) {
            try {
                step.sites().trampolines().plan(memory);
            } catch (RuntimeException failure) {
                throw SiteFault.unreadable(step.sites(), -1, failure);
            }
        }
        steps.forEach(this::planWrites);
        try {
            memory.write();
        } catch (RuntimeException failure) {
            throw undo(unwritable(memory.failed(), failure));
        } catch (Error failure) {
            undo(unwritable(memory.failed(), new IllegalStateException(failure)));
            throw failure;
        }
        try {
            memory.tell(ranges());
        } catch (RuntimeException failure) {
            throw undo(failure);
        } catch (Error failure) {
            undo(new IllegalStateException(failure));
            throw failure;
        }
        steps.forEach(step -> step.sites().settle(step.entries(), step.targets()));
    }

    /** Compares the code of the sites that change with what it must be, and plans to write what it will be. */
    private void planWrites(Step step) {
        ModuleSites sites = step.sites();
        Buffers[] buffers = sites.kinds().stream().map(Buffers::of).toArray(Buffers[]::new);
        for (int i = 0; i < step.entries().length; i++) {
            if (sites.entry(i) != step.entries()[i]) {
                planWrites(sites, i, step.entries()[i], buffers[sites.kindIndex(i)]);
            }
        }
    }

    private void planWrites(ModuleSites sites, int site, long to, Buffers code) {
        long from = sites.entry(site);
        SiteKind kind = sites.kind(site);
        long start = sites.start(site);
        sites.code(site, code.before(), from);
        sites.code(site, code.after(), to);
        try {
            memory.read(start, code.found());
        } catch (RuntimeException failure) {
            throw SiteFault.unreadable(sites, site, failure);
        }
        if (!Arrays.equals(code.found(), code.before())) {
            throw SiteFault.unexpected(sites, site, code.before(), code.found());
        }
        if (from == 0 || to == 0) {
            plan(kind, start, code.before(), code.after(), to == 0 ? SiteKind.State.OFF : SiteKind.State.ON);
        } else if (!planOneWrite(sites, site, code)) {
            // why: in between, a site would call half of one target and half of the other
            byte[] off = code.found();
            sites.code(site, off, 0);
            plan(kind, start, code.before(), off, SiteKind.State.OFF);
            plan(kind, start, off, code.after(), SiteKind.State.ON);
        }
    }

    /** Plans to write only what changes if that lies in one unit, or in one aligned address; returns false if it is more. */
    private boolean planOneWrite(ModuleSites sites, int site, Buffers code) {
        long start = sites.start(site);
        int unit = sites.kind(site).unitBytes();
        int from = Units.start(code.before(), code.after(), unit);
        int to = Units.end(code.before(), code.after(), unit);
        long address = -(long) sites.width().bytes();
        if (to - from > unit && (start + from & address) != (start + to - 1 & address)) {
            return false;
        }
        planRun(start, code.before(), code.after(), from, to);
        return true;
    }

    /** Plans to write the units that change. Units that follow each other in memory and in the order of writing are written at once. */
    private void plan(SiteKind kind, long start, byte[] before, byte[] after, SiteKind.State to) {
        int unit = kind.unitBytes();
        int runStart = 0;
        int runEnd = 0;
        for (int nth = 0; nth < kind.writes(); nth++) {
            int at = kind.write(nth, to) * unit;
            if (Units.differ(before, after, at, unit)) {
                if (at != runEnd || runEnd == runStart) {
                    planRun(start, before, after, runStart, runEnd);
                    runStart = at;
                }
                runEnd = at + unit;
            }
        }
        planRun(start, before, after, runStart, runEnd);
    }

    private void planRun(long start, byte[] before, byte[] after, int from, int to) {
        if (from < to) {
            memory.plan(start, before, after, from, to);
        }
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
                .filter(sites -> codeOf(sites).anyMatch(range -> range.contains(Address.of(place))))
                .findFirst()
                .orElseThrow();
        return SiteFault.unwritable(owner, -1, failure);
    }

    private RuntimeException undo(RuntimeException failure) {
        List<Address> lost = new ArrayList<>();
        List<Throwable> seconds = new ArrayList<>();
        memory.undo((place, second) -> {
            lost.add(place);
            seconds.add(second);
            steps.forEach(step -> step.sites().tear(place.value()));
        });
        memory.tellEach(ranges(), failure::addSuppressed);
        return lost.isEmpty() ? failure : SiteFault.torn(failure, lost, seconds);
    }

    /** The executable regions of the modules that change. */
    private List<AddressRange> ranges() {
        return steps.stream().flatMap(step -> codeOf(step.sites())).toList();
    }

    private static Stream<AddressRange> codeOf(ModuleSites sites) {
        PlacedModule placed = sites.module().placed();
        return Arrays.stream(RegionKind.values())
                .filter(RegionKind::isExecutable)
                .flatMap(kind -> placed.range(kind).stream());
    }
}
