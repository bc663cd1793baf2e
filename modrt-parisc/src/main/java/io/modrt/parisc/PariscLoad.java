package io.modrt.parisc;

import io.modrt.error.Refusal;
import io.modrt.load.PlacedModule;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Site;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.Width;
import java.util.List;

/** What one load keeps: the kernel's data pointer, the module's GOT and descriptors, its stubs. */
final class PariscLoad implements ArchLoad {
    /** Where the kernel's r27 points. */
    static final String DATA_POINTER = "$global$";

    private final PlacedModule placed;
    private final Width width;
    private final PariscGot got;
    private final PariscStubs stubs;

    PariscLoad(PlacedModule placed, PariscAreas areas, Width width) {
        this.placed = placed;
        this.width = width;
        this.got = new PariscGot(placed, areas);
        this.stubs = new PariscStubs(placed, areas, width, got);
    }

    @Override
    public long custom(Site site) {
        long S = site.S();
        long A = site.A();
        long distance = S + A - (site.P() & -4L);
        return switch ((PariscReloc) site.type()) {
            case R_PARISC_PCREL32, R_PARISC_PCREL64, R_PARISC_PCREL12F -> distance;
            case R_PARISC_PCREL21L -> PariscReloc.left(distance - 8, 0);
            case R_PARISC_PCREL14R -> PariscReloc.right(distance - 8, 0);
            case R_PARISC_DIR21L, R_PARISC_PLABEL21L -> PariscReloc.left(S, A);
            case R_PARISC_DIR14R, R_PARISC_DIR17R, R_PARISC_PLABEL14R -> PariscReloc.right(S, A);
            case R_PARISC_DPREL14F -> S + A - dataPointer(site);
            case R_PARISC_DPREL21L -> PariscReloc.left(S - dataPointer(site), A);
            case R_PARISC_DPREL14R -> PariscReloc.right(S - dataPointer(site), A);
            case R_PARISC_LTOFF21L -> PariscReloc.left(got.slotOffset(site, S + A), 0);
            case R_PARISC_LTOFF14R -> PariscReloc.right(got.slotOffset(site, S + A), 0);
            case R_PARISC_FPTR64 -> got.functionPointer(S + A);
            default -> throw new AssertionError(site.type() + " is no custom type");
        };
    }

    private long dataPointer(Site site) {
        return placed.anchor(DATA_POINTER)
                .orElseThrow(() -> PariscStubs.refusal(
                        site,
                        Refusal.beyondKernel("counts from the kernel's " + DATA_POINTER
                                + ", which no source knows; vmlinux has it, System.map does not")))
                .value();
    }

    @Override
    public StubAllocator stubs() {
        return stubs;
    }

    @Override
    public List<Finisher> finishers() {
        return List.of(
                Finisher.of("GOT and descriptors", got::write),
                Finisher.of("unwind table", PariscFinish::sortUnwindTable),
                Finisher.of("GOT limit", image -> got.checkLimit()),
                Finisher.of("symbol table", PariscFinish::dropLocalLabels),
                Finisher.of(
                        "alternatives",
                        new PariscAlternatives(placed.plan().profile().machine(), width)::apply));
    }
}
