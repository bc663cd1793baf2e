package io.modrt.engine.relocation;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.relocation.RelocationRows.Row;
import io.modrt.findings.Findings;
import io.modrt.link.Reach;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.link.Rewrite;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Fit;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Explains what relocation did to a module, by applying its relocations once more to a copy, since a loaded module keeps none of this. */
public final class Explanation {
    private final Linkage linkage;
    private final Findings unheard;

    /** Explains the module with this linkage, which was loaded under {@code policy}. */
    public Explanation(Linkage linkage, LoadPolicy policy) {
        this.linkage = linkage;
        this.unheard = new Findings(linkage.file().name(), policy);
    }

    /** Every relocation of the loaded sections, in order. */
    public List<Relocation> relocations() {
        List<Relocation> all = new ArrayList<>();
        new Application(
                        linkage,
                        unheard,
                        (fixup, row, stub, value, before, after) -> all.add(new Relocation(
                                fixup.place(), row.type, value, before, after, Optional.ofNullable(stub))))
                .applyAll();
        return all;
    }

    /** A section's bytes after relocation alone; the address of a section that is not loaded counts as 0. */
    public byte[] bytes(Section section) {
        Application application = new Application(linkage, unheard, null);
        if (linkage.layout().isLoaded(section.index())) {
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

    /** The changes after relocation, each with the name of the step that makes it. */
    public List<Rewrite> rewrites() {
        Application application = new Application(linkage, unheard, null);
        application.applyAll();
        return Finish.of(linkage, application, unheard).runWatched();
    }

    /** For each section and type of limited reach, the relocation nearest to its limit: one that goes to a stub and one that does not. */
    public ReachReport reach() {
        record Key(int section, int type, boolean toStub) {}
        Map<Key, Reach> nearest = new LinkedHashMap<>();
        Width width = linkage.kernel().width();
        new Application(linkage, unheard, (fixup, row, stub, value, before, after) -> {
                    if (!row.isLimited()) {
                        return;
                    }
                    boolean toStub = stub != null;
                    Reach reach = reach(fixup, row, value, width, toStub);
                    nearest.merge(
                            new Key(fixup.targetSection(), row.type.number(), toStub),
                            reach,
                            (one, other) -> other.headroomBytes() < one.headroomBytes() ? other : one);
                })
                .applyAll();
        return new ReachReport(unheard.name(), List.copyOf(nearest.values()));
    }

    private static Reach reach(Relocator fixup, Row row, long value, Width width, boolean toStub) {
        if (!row.isRegional()) {
            long greatest = row.fit == Fit.SIGNED ? row.field.greatestSigned() : row.field.greatestUnsigned();
            long least = row.fit == Fit.UNSIGNED ? 0 : row.field.leastSigned();
            return new Reach(fixup.place(), Reach.Limit.DISTANCE, width.signed(value), least, greatest, toStub);
        }
        long start = width.wrap(row.regionStart(fixup.P() + Integer.BYTES));
        long last = start + row.regionBytes() - (1L << row.field.lowestBit());
        return new Reach(fixup.place(), Reach.Limit.SEGMENT, width.wrap(fixup.goal()), start, last, toStub);
    }
}
