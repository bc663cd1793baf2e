package io.modrt.testkit.contract;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SymbolValues;

/** A plan that does what another one does, but for what a subclass changes. */
class ForwardingPlan implements ArchPlan {
    private final ArchPlan plan;

    ForwardingPlan(ArchPlan plan) {
        this.plan = plan;
    }

    /** The plan that the architecture made itself. */
    ArchPlan forwarded() {
        return plan;
    }

    @Override
    public Section shape(Section section) {
        return plan.shape(section);
    }

    @Override
    public long frontBytes(Section section) {
        return plan.frontBytes(section);
    }

    @Override
    public long behindBytes(Section section) {
        return plan.behindBytes(section);
    }

    @Override
    public long headBytes(RegionKind region) {
        return plan.headBytes(region);
    }

    @Override
    public RelocationSection ordered(RelocationSection relocations) {
        return plan.ordered(relocations);
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        return plan.mayNeed(relocations, index);
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new ForwardingLoad(plan.begin(OwnPlan.in(placed), values));
    }
}
