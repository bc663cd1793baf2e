package io.modrt.mips;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.spi.Addends;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One load: pairs joined, calls routed to the stubs that the plan has room for. */
final class MipsLoad implements ArchLoad {
    private final String module;
    private final SymbolValues values;
    private final MipsKernel kernel;
    private final @Nullable MipsStubs stubs;

    MipsLoad(PlacedSections placed, SymbolValues values, MipsPlan plan) {
        this.module = placed.file().name();
        this.values = values;
        this.kernel = plan.kernel();
        this.stubs = plan.hasStubs() ? new MipsStubs(placed, plan) : null;
    }

    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        if (relocations.addends() == AddendKind.IN_PLACE) {
            MipsAddends.complete(module, relocations, count, values, addends);
        }
    }

    @Override
    public @Nullable Stub route(Fixup fixup) {
        return stubs == null ? null : stubs.route(fixup);
    }

    @Override
    public List<Stub> stubs() {
        return stubs == null ? List.of() : stubs.used();
    }

    @Override
    public List<Finisher> finishers() {
        return kernel.hasJumpLabels()
                ? List.of(Finisher.of(
                        "jump labels",
                        image -> MipsJumpLabels.finish(image, kernel.tables().jumpTable())))
                : List.of();
    }
}
