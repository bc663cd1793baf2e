package io.modrt.testkit.aarch64;

import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.load.PlacedModule;
import io.modrt.spi.Field;
import io.modrt.spi.Site;
import io.modrt.spi.Stub;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.StubTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Bridges branches of more than 128 MB: one stub for each target of a section, in front of it. */
final class Aarch64Stubs implements StubAllocator {
    /** Reaches any address by way of the register that the procedure call standard leaves to linkers. */
    static final StubTemplate LONG_BRANCH = StubTemplate.of(
            word(0xd280_0010, "movz x16, #:abs_g0_nc:target", Aarch64Reloc.MOVW_UABS_G0_NC),
            word(0xf2a0_0010, "movk x16, #:abs_g1_nc:target", Aarch64Reloc.MOVW_UABS_G1_NC),
            word(0xf2c0_0010, "movk x16, #:abs_g2_nc:target", Aarch64Reloc.MOVW_UABS_G2_NC),
            word(0xf2e0_0010, "movk x16, #:abs_g3:target", Aarch64Reloc.MOVW_UABS_G3),
            word(0xd61f_0200, "br   x16"));

    private final PlacedModule placed;
    private final Aarch64StubAreas areas;
    private final Map<Integer, Map<Long, Stub>> bySection = new HashMap<>();
    private final List<Stub> used = new ArrayList<>();

    Aarch64Stubs(PlacedModule placed, Aarch64StubAreas areas) {
        this.placed = placed;
        this.areas = areas;
    }

    @Override
    public long route(Site site) {
        long target = site.S() + site.A();
        Field field = site.type().field();
        long displacement = target - site.P();
        boolean reaches = displacement >= field.leastSigned() && displacement <= field.greatestSigned();
        if (reaches || !areas.mayBeFar(site.targetSection(), site.symbol())) {
            return target;
        }
        Map<Long, Stub> mine = bySection.computeIfAbsent(site.targetSection(), section -> new HashMap<>());
        Stub stub = mine.get(target);
        if (stub == null) {
            Section section = placed.plan().file().elf().section(site.targetSection());
            Address front = placed.address(section).orElseThrow().plus(-areas.frontBytes(section));
            Address at = front.plus((long) mine.size() * LONG_BRANCH.sizeBytes());
            stub = new Stub(at, Address.of(target), site.symbolName(), LONG_BRANCH);
            mine.put(target, stub);
            used.add(stub);
        }
        return stub.address().value();
    }

    @Override
    public List<Stub> used() {
        return List.copyOf(used);
    }
}
