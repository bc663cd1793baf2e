package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.engine.RelocationRows.Row;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.link.Reach;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.link.Rewrite;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Fit;
import io.modrt.spi.Stub;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Applies a module's relocations once more, on a copy, and tells what each did: nothing of this is kept while nobody asks. */
final class Explanation {
    private final Resolved resolved;
    private final Diagnostics unheard;

    Explanation(Resolved resolved) {
        this.resolved = resolved;
        LoadPolicy policy = resolved.diagnostics().policy();
        this.unheard = new Diagnostics(resolved.diagnostics().module(), policy);
    }

    /** Every relocation of the loaded sections, in order. */
    List<Relocation> relocations() {
        List<Relocation> all = new ArrayList<>();
        List<Address> targets = new ArrayList<>();
        Width width = resolved.placed().plan().target().arch().width();
        Application application = new Application(resolved, unheard, (site, row, target, value, before, after) -> {
            all.add(new Relocation(site.snapshot(), row.type, value, before, after, Optional.empty()));
            targets.add(width.address(target));
        });
        application.applyAll();
        NavigableMap<Address, Stub> stubs = new TreeMap<>();
        application.load().stubs().used().forEach(stub -> stubs.put(stub.address(), stub));
        for (int i = 0; i < all.size() && !stubs.isEmpty(); i++) {
            Stub stub = stubAt(stubs, targets.get(i));
            if (stub != null) {
                Relocation bare = all.get(i);
                all.set(i, bare.through(stub));
            }
        }
        return all;
    }

    /** The stub that a branch to {@code target} enters: some branches count from the next instruction, some lose low bits. */
    private static @Nullable Stub stubAt(NavigableMap<Address, Stub> stubs, Address target) {
        Map.Entry<Address, Stub> above = stubs.ceilingEntry(target);
        if (above != null && above.getKey().minus(target) <= Integer.BYTES) {
            return above.getValue();
        }
        Map.Entry<Address, Stub> below = stubs.floorEntry(target);
        return below != null && target.minus(below.getKey()) < Integer.BYTES ? below.getValue() : null;
    }

    /** A section's bytes as relocation alone leaves them; of a section that is not loaded, with its address taken as 0. */
    byte[] bytes(Section section) {
        Application application = new Application(resolved, unheard, null);
        if (resolved.placed().plan().layout().isLoaded(section.index())) {
            application.applyAll();
            return application.image().copyOf(section.index());
        }
        SectionBytes bytes = SectionBytes.unloaded(section);
        for (RelocationSection relocations : section.file().relocationSections()) {
            if (relocations.target().index() == section.index()) {
                application.relocator().apply(relocations, bytes);
            }
        }
        return bytes.array();
    }

    /** What changes after relocation, and who does it. */
    List<Rewrite> rewrites() {
        Application application = new Application(resolved, unheard, null);
        application.applyAll();
        return Finish.of(resolved, application, unheard).runWatched();
    }

    /** For each section and limited type, what is nearest to its limit: of what goes to stubs, and of what does not. */
    ReachReport reach() {
        record Key(int section, int type, boolean toStub) {}
        Application first = new Application(resolved, unheard, null);
        first.applyAll();
        Set<Long> stubs = new HashSet<>();
        first.load().stubs().used().forEach(stub -> stubs.add(stub.address().value()));
        Map<Key, Reach> nearest = new LinkedHashMap<>();
        Width width = resolved.placed().plan().target().arch().width();
        new Application(resolved, unheard, (site, row, target, value, before, after) -> {
                    if (!row.isLimited(width)) {
                        return;
                    }
                    boolean toStub = row.routed && stubs.contains(width.wrap(target));
                    Reach reach = reach(site, row, target, value, width, toStub);
                    nearest.merge(
                            new Key(site.targetSection(), row.type.number(), toStub),
                            reach,
                            (one, other) -> other.headroomBytes() < one.headroomBytes() ? other : one);
                })
                .applyAll();
        return new ReachReport(resolved.diagnostics().module(), List.copyOf(nearest.values()));
    }

    private static Reach reach(Relocator site, Row row, long target, long value, Width width, boolean toStub) {
        if (row.fit == Fit.SIGNED || row.fit == Fit.UNSIGNED) {
            return new Reach(
                    site.snapshot(), Reach.Limit.DISTANCE, width.signed(value), row.least, row.greatest, toStub);
        }
        long start = width.wrap(row.regionStart(site.P() + Integer.BYTES));
        long last = start + row.regionBytes() - (1L << row.field.lowestBit());
        return new Reach(site.snapshot(), Reach.Limit.SEGMENT, width.wrap(target), start, last, toStub);
    }
}
