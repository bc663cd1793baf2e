package io.modrt.testkit.x86;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import io.modrt.spi.StubTemplate.Piece;
import io.modrt.spi.SymbolValues;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Under {@link StubPolicy#SHARED}, room at the head of each region for one stub for each callee outside the module. A stub is an indirect
 * jump through a slot behind it, so it changes no register and reaches any address.
 */
final class X86Stubs implements ArchPlan {
    static final StubTemplate JUMP = StubTemplate.of(
            new Piece(0x25ff, Short.BYTES, "jmp *slot(%rip)", null),
            new Piece(0, Integer.BYTES, "", X86Reloc.DISPLACEMENT));

    private static final int SLOT_OFFSET = 8;
    private static final int STUB_BYTES = SLOT_OFFSET + Long.BYTES;

    private record Callee(int symbol, long addend) {}

    private final PlanInput input;
    private final Map<RegionKind, Set<Callee>> callees = new EnumMap<>(RegionKind.class);

    X86Stubs(PlanInput input) {
        this.input = input;
        for (RelocationSection relocations : input.file().elf().relocationSections()) {
            for (int i = 0; i < relocations.count(); i++) {
                if (mayNeed(relocations, i)) {
                    callees.computeIfAbsent(input.region(relocations.target()).orElseThrow(), any -> new HashSet<>())
                            .add(new Callee(relocations.symbol(i), relocations.addend(i)));
                }
            }
        }
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int symbol = relocations.symbol(index);
        ModuleFile file = input.file();
        return input.policy().stubs() == StubPolicy.SHARED
                && relocations.type(index) == X86Reloc.R_X86_64_PLT32.number()
                && input.region(relocations.target())
                        .filter(RegionKind::isExecutable)
                        .isPresent()
                && Integer.compareUnsigned(symbol, file.symbols().count()) < 0
                && file.symbols().rawSectionIndex(symbol) == Symbol.SHN_UNDEF;
    }

    @Override
    public long headBytes(RegionKind region) {
        return (long) STUB_BYTES * callees.getOrDefault(region, Set.of()).size();
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new Load(placed);
    }

    /** The stubs of one load. */
    private final class Load implements ArchLoad {
        private final PlacedSections placed;
        private final Map<RegionKind, Map<Long, Stub>> byTarget = new EnumMap<>(RegionKind.class);
        private final List<Stub> used = new ArrayList<>();

        Load(PlacedSections placed) {
            this.placed = placed;
        }

        @Override
        public long route(Fixup call) {
            long distance = call.S() + call.A() - call.P();
            RegionKind region = input.region(placed.file().elf().section(call.targetSection()))
                    .orElse(null);
            if (distance == (int) distance
                    || region == null
                    || !callees.getOrDefault(region, Set.of()).contains(new Callee(call.symbol(), call.A()))) {
                return call.goal();
            }
            Map<Long, Stub> stubs = byTarget.computeIfAbsent(region, any -> new HashMap<>());
            long target = call.S() + call.A() + call.type().branchBias();
            Stub stub = stubs.get(target);
            if (stub == null) {
                Address at = placed.range(region).orElseThrow().start().plus((long) STUB_BYTES * stubs.size());
                stub = new Stub(at, Address.of(target), call.symbolName(), JUMP, Optional.of(at.plus(SLOT_OFFSET)));
                stubs.put(target, stub);
                used.add(stub);
            }
            return stub.address().value() - call.type().branchBias();
        }

        @Override
        public List<Stub> stubs() {
            return List.copyOf(used);
        }
    }
}
