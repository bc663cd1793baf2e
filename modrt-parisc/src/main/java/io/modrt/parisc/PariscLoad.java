package io.modrt.parisc;

import io.modrt.error.Refusal;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.Stub;
import io.modrt.spi.Width;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one load keeps: the kernel's data pointer, the module's GOT and descriptors, its stubs. */
final class PariscLoad implements ArchLoad {
    /** Where the kernel's r27 points. */
    static final String DATA_POINTER = "$global$";

    private final PlacedSections placed;
    private final Width width;
    private final PariscGot got;
    private final PariscStubs stubs;

    PariscLoad(PlacedSections placed, PariscPlan plan, Width width) {
        this.placed = placed;
        this.width = width;
        this.got = new PariscGot(placed, plan);
        this.stubs = new PariscStubs(placed, plan, width, got);
    }

    @Override
    public long value(Fixup fixup) {
        long S = fixup.S();
        long A = fixup.A();
        return switch (((PariscReloc) fixup.type()).value()) {
            case S_A -> S + A;
            case LR -> PariscReloc.left(S, A);
            case RR -> PariscReloc.right(S, A);
            case PC -> distance(fixup);
            case L_PC -> PariscReloc.left(distance(fixup) - 8, 0);
            case R_PC -> PariscReloc.right(distance(fixup) - 8, 0);
            case DP -> S + A - dataPointer(fixup);
            case LR_DP -> PariscReloc.left(S - dataPointer(fixup), A);
            case RR_DP -> PariscReloc.right(S - dataPointer(fixup), A);
            case LR_GOT -> PariscReloc.left(got.slotOffset(fixup, S + A), 0);
            case RR_GOT -> PariscReloc.right(got.slotOffset(fixup, S + A), 0);
            case DESCRIPTOR -> got.functionPointer(S + A);
        };
    }

    /** The bytes from the place, whose two low bits the kernel drops, to where the branch goes. */
    private static long distance(Fixup fixup) {
        return fixup.goal() - (fixup.P() & -4L);
    }

    private long dataPointer(Fixup fixup) {
        return placed.anchor(DATA_POINTER)
                .orElseThrow(() -> fixup.refused(Refusal.beyondKernel("counts from the kernel's " + DATA_POINTER
                        + ", which no source knows; vmlinux has it, System.map does not")))
                .value();
    }

    @Override
    public @Nullable Stub route(Fixup branch) {
        return stubs.route(branch);
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        return fixup.type().routed() ? stubs.outOfReach(fixup) : fixup.type().misfit(fixup, what);
    }

    @Override
    public List<Stub> stubs() {
        return stubs.used();
    }

    @Override
    public List<Finisher> finishers() {
        return List.of(
                Finisher.of("GOT and descriptors", got::write),
                Finisher.of("unwind table", PariscFinish::sortUnwindTable),
                Finisher.of("GOT limit", image -> got.checkLimit()),
                Finisher.of("symbol table", PariscFinish::dropLocalLabels),
                Finisher.of(
                        "alternatives", new PariscAlternatives(placed.profile().machine(), width)::apply));
    }
}
