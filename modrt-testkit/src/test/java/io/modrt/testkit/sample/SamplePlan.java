package io.modrt.testkit.sample;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SymbolValues;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Room for stubs in front of each section: one for each callee outside it. */
final class SamplePlan implements ArchPlan {
    private final ModuleFile file;
    private final Map<Integer, Set<Callee>> callees = new HashMap<>();

    private record Callee(int symbol, long addend) {}

    SamplePlan(ModuleFile file) {
        this.file = file;
        for (RelocationSection relocations : file.elf().relocationSections()) {
            for (int i = 0; i < relocations.count(); i++) {
                if (mayNeed(relocations, i)) {
                    callees.computeIfAbsent(relocations.target().index(), section -> new HashSet<>())
                            .add(new Callee(relocations.symbol(i), relocations.addend(i)));
                }
            }
        }
    }

    @Override
    public long frontBytes(Section section) {
        int count = callees.getOrDefault(section.index(), Set.of()).size();
        return (long) count * SampleStubs.LONG_BRANCH.sizeBytes();
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int type = relocations.type(index);
        return (type == SampleReloc.CALL26.number() || type == SampleReloc.JUMP26.number())
                && mayBeFar(relocations.target().index(), relocations.symbol(index));
    }

    /** Whether code in section {@code caller} leaves it for {@code symbol}. A symbol that does not exist is refused elsewhere. */
    boolean mayBeFar(int caller, int symbol) {
        return Integer.compareUnsigned(symbol, file.symbols().count()) < 0
                && file.symbols().sectionIndex(symbol) != caller;
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new SampleStubs(placed, this);
    }
}
