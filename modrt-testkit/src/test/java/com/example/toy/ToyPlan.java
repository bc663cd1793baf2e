package com.example.toy;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SymbolValues;
import java.util.HashMap;
import java.util.Map;

/** One module before it has addresses: how many stubs it may need in each placeholder section. */
final class ToyPlan implements ArchPlan {
    static final int STUB_BYTES = 8;

    private final PlanInput input;
    private final boolean hasInitPlt;
    /** By name of the placeholder section. */
    private final Map<String, Integer> stubs = new HashMap<>();

    ToyPlan(PlanInput input, boolean hasInitPlt) {
        this.input = input;
        this.hasInitPlt = hasInitPlt;
        for (RelocationSection relocations : input.file().elf().relocationSections()) {
            for (int i = 0; i < relocations.count(); i++) {
                if (mayNeed(relocations, i)) {
                    stubs.merge(plt(relocations.target()), 1, Integer::sum);
                }
            }
        }
    }

    /** The section with the stubs for the branches of {@code from}. */
    String plt(Section from) {
        boolean isInit = input.region(from).filter(RegionKind::isInit).isPresent();
        return isInit && hasInitPlt ? ".init.plt" : ".plt";
    }

    /** A call of what the module does not hold. Symbols have no values yet, so whether it reaches is not known. */
    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        ModuleFile file = input.file();
        int symbol = relocations.symbol(index);
        if (relocations.type(index) != ToyReloc.R_TOY_CALL.number()
                || input.region(relocations.target()).isEmpty()
                || Integer.compareUnsigned(symbol, file.symbols().count()) >= 0) {
            return false;
        }
        int section = file.symbols().rawSectionIndex(symbol);
        return section == Symbol.SHN_UNDEF || section == Symbol.SHN_ABS;
    }

    /** The placeholder sections get room for the stubs; all others stay as they are. */
    @Override
    public Section shape(Section section) {
        boolean isPlt = section.name().equals(".plt") || section.name().equals(".init.plt");
        return isPlt
                ? section.shaped((long) STUB_BYTES * stubs.getOrDefault(section.name(), 0), section.flags(), STUB_BYTES)
                : section;
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new ToyLoad(this, placed);
    }
}
