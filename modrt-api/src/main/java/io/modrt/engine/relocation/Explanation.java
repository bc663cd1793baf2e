package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.relocation.RelocationRows.Row;
import io.modrt.error.RelocationPlace;
import io.modrt.findings.Findings;
import io.modrt.link.Reach;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.link.Rewrite;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Fit;
import io.modrt.spi.Stub;
import io.modrt.spi.Width;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Explains what relocation did to a module, by applying its relocations once more to a copy, since a loaded module keeps none of this. */
public final class Explanation {
    private final Linkage linkage;
    private final String module;
    private final LoadPolicy policy;
    private volatile SoftReference<List<Stub>> stubs = new SoftReference<>(null);
    private volatile SoftReference<ImageBytes> image = new SoftReference<>(null);

    /** Explains the module with this linkage, which was loaded under {@code policy}. */
    public Explanation(Linkage linkage, LoadPolicy policy) {
        this.linkage = linkage;
        this.module = linkage.file().name();
        this.policy = policy;
    }

    /** Findings that nobody asks for: those of the load are kept already. */
    private Findings unheard() {
        return new Findings(module, policy);
    }

    /** Every relocation of the loaded sections, in order. */
    public List<Relocation> relocations() {
        Map<Address, Stub> byAddress = new HashMap<>();
        stubs().forEach(stub -> byAddress.put(stub.address(), stub));
        List<Relocation> all = new ArrayList<>();
        new Application(linkage, unheard(), (fixup, row, isDirect, value, before, after) -> {
                    Address reached = linkage.kernel().width().address(fixup.goal() + row.type.branchBias());
                    Optional<Stub> stub = isDirect ? Optional.empty() : Optional.ofNullable(byAddress.get(reached));
                    all.add(new Relocation(fixup.place(), row.type, value, before, after, stub));
                })
                .applyAll();
        return all;
    }

    /** The stubs that were made, in order of allocation. */
    public List<Stub> stubs() {
        List<Stub> known = stubs.get();
        if (known == null) {
            Application application = new Application(linkage, unheard(), null);
            application.applyAll();
            known = List.copyOf(application.load().stubs());
            stubs = new SoftReference<>(known);
        }
        return known;
    }

    /** A section's bytes after relocation alone; the address of a section that is not loaded counts as 0. */
    public byte[] bytes(Section section) {
        if (linkage.layout().isLoaded(section.index())) {
            return image().copyOf(section.index());
        }
        Application application = new Application(linkage, unheard(), null);
        SectionBytes bytes = SectionBytes.unloaded(section);
        section.file()
                .relocationSections(section)
                .forEach(relocations -> application.relocator().apply(relocations, bytes));
        return bytes.array();
    }

    /** The loaded sections after relocation alone, which callers that ask for one section often ask for of all. */
    private ImageBytes image() {
        ImageBytes known = image.get();
        if (known == null) {
            Application application = new Application(linkage, unheard(), null);
            application.applyAll();
            known = application.image();
            image = new SoftReference<>(known);
        }
        return known;
    }

    /** The changes after relocation, each with the name of the step that makes it. */
    public List<Rewrite> rewrites() {
        Application application = new Application(linkage, unheard(), null);
        application.applyAll();
        return Finish.of(linkage, application, unheard()).runWatched();
    }

    /** For each section and type of limited reach, the relocation nearest to its limit: one that goes to a stub and one that does not. */
    public ReachReport reach() {
        record Key(int section, int type, boolean toStub) {}
        Map<Key, Reach> nearest = new LinkedHashMap<>();
        Width width = linkage.kernel().width();
        new Application(linkage, unheard(), (fixup, row, isDirect, value, before, after) -> {
                    if (!row.isLimited()) {
                        return;
                    }
                    boolean toStub = !isDirect;
                    Limits limits = Limits.of(fixup, row, value, width);
                    Key key = new Key(fixup.targetSection(), row.type.number(), toStub);
                    Reach known = nearest.get(key);
                    if (known == null || limits.headroomBytes() < known.headroomBytes()) {
                        nearest.put(key, limits.reach(fixup.place(), toStub));
                    }
                })
                .applyAll();
        return new ReachReport(module, List.copyOf(nearest.values()));
    }

    /** How near a relocation is to its limit, before anything is made of it. */
    private record Limits(Reach.Limit limit, long value, long least, long greatest) {

        static Limits of(Relocator fixup, Row row, long value, Width width) {
            if (!row.isRegional()) {
                long greatest = row.fit == Fit.SIGNED ? row.field.greatestSigned() : row.field.greatestUnsigned();
                long least = row.fit == Fit.UNSIGNED ? 0 : row.field.leastSigned();
                return new Limits(Reach.Limit.DISTANCE, width.signed(value), least, greatest);
            }
            long start = width.wrap(row.regionStart(fixup.P() + Integer.BYTES));
            long last = start + row.regionBytes() - (1L << row.field.lowestBit());
            return new Limits(Reach.Limit.SEGMENT, width.wrap(fixup.goal()), start, last);
        }

        long headroomBytes() {
            return Math.min(value - least, greatest - value);
        }

        Reach reach(RelocationPlace place, boolean toStub) {
            return new Reach(place, limit, value, least, greatest, toStub);
        }
    }
}
