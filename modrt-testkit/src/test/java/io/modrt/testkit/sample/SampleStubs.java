package io.modrt.testkit.sample;

import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Field;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Bridges branches of more than 128 MB: one stub for each target of a section, in front of it. */
final class SampleStubs implements ArchLoad {
    /** Reaches any address by way of the register that the procedure call standard leaves to linkers. */
    static final StubTemplate LONG_BRANCH = StubTemplate.of(
            word(0xd280_0010, "movz x16, #:abs_g0_nc:target", SampleReloc.MOVW_UABS_G0_NC),
            word(0xf2a0_0010, "movk x16, #:abs_g1_nc:target", SampleReloc.MOVW_UABS_G1_NC),
            word(0xf2c0_0010, "movk x16, #:abs_g2_nc:target", SampleReloc.MOVW_UABS_G2_NC),
            word(0xf2e0_0010, "movk x16, #:abs_g3:target", SampleReloc.MOVW_UABS_G3),
            word(0xd61f_0200, "br   x16"));

    private final PlacedSections placed;
    private final SamplePlan plan;
    private final Map<Integer, Map<Long, Stub>> bySection = new HashMap<>();
    private final List<Stub> used = new ArrayList<>();

    SampleStubs(PlacedSections placed, SamplePlan plan) {
        this.placed = placed;
        this.plan = plan;
    }

    @Override
    public long route(Fixup branch) {
        long target = branch.S() + branch.A();
        Field field = branch.type().field();
        long displacement = target - branch.P();
        boolean reaches = displacement >= field.leastSigned() && displacement <= field.greatestSigned();
        if (reaches || !plan.mayBeFar(branch.targetSection(), branch.symbol())) {
            return branch.goal();
        }
        Map<Long, Stub> mine = bySection.computeIfAbsent(branch.targetSection(), section -> new HashMap<>());
        Stub stub = mine.get(target);
        if (stub == null) {
            Section section = placed.file().elf().section(branch.targetSection());
            Address front = placed.address(section).orElseThrow().plus(-plan.frontBytes(section));
            Address at = front.plus((long) mine.size() * LONG_BRANCH.sizeBytes());
            stub = Stub.of(at, Address.of(target), branch.symbolName(), LONG_BRANCH);
            mine.put(target, stub);
            used.add(stub);
        }
        return stub.address().value();
    }

    @Override
    public List<Stub> stubs() {
        return List.copyOf(used);
    }
}
