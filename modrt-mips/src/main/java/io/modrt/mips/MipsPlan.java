package io.modrt.mips;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.layout.RegionKind;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.*;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The room at the head of each region with code: for the function tracer's trampolines, as many as the policy says, and behind them for
 * local stubs, if the policy has stubs. One stub is counted for each callee, that is, each symbol and addend, that is not in the caller's
 * region: its distance is not known before it is placed.
 */
final class MipsPlan implements ArchPlan {
    private final PlanInput input;
    private final ElfFile elf;
    private final MipsKernel kernel;
    private final Map<RegionKind, Set<Callee>> callees = new EnumMap<>(RegionKind.class);

    private record Callee(int symbol, long addend) {}

    MipsPlan(PlanInput input, MipsKernel kernel) {
        this.input = input;
        this.elf = input.file().elf();
        this.kernel = kernel;
        if (input.policy().stubs() != StubPolicy.KERNEL_EXACT) {
            elf.relocationSections().forEach(this::count);
        }
    }

    private void count(RelocationSection relocations) {
        for (int index = 0; index < relocations.count(); index++) {
            if (mayNeed(relocations, index)) {
                RegionKind region = region(relocations.target()).orElseThrow();
                callees.computeIfAbsent(region, any -> new HashSet<>())
                        .add(new Callee(relocations.symbol(index), addend(relocations, index)));
            }
        }
    }

    private long addend(RelocationSection relocations, int index) {
        if (relocations.addends() == AddendKind.EXPLICIT) {
            return relocations.addend(index);
        }
        Section section = relocations.target();
        long offset = relocations.offset(index);
        if (!section.hasContents() || offset < 0 || offset > section.sizeBytes() - Integer.BYTES) {
            return 0; // the engine refuses a place outside its section when it comes to the relocation
        }
        MipsReloc type = MipsReloc.of(relocations.type(index)).orElseThrow();
        return type.field().load(elf.array(), (int) (section.fileOffset() + offset), elf.isBigEndian());
    }

    MipsKernel kernel() {
        return kernel;
    }

    /** Bytes of the trampolines at the head of {@code region}; 0 where it has no code, and in modules without tracing sites. */
    long trampolineBytes(RegionKind region) {
        boolean isTraced = input.policy().trampolines() > 0
                && elf.section(MipsTracing.TABLE).isPresent()
                && elf.sections().stream()
                        .anyMatch(section -> section.isExecutable()
                                && region(section).filter(region::equals).isPresent());
        return isTraced
                ? (long) kernel.trampoline().sizeBytes() * input.policy().trampolines()
                : 0;
    }

    @Override
    public long headBytes(RegionKind region) {
        int stubBytes = kernel.stubs().anywhere().sizeBytes();
        return trampolineBytes(region)
                + (long) stubBytes * callees.getOrDefault(region, Set.of()).size();
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int type = relocations.type(index);
        return (type == MipsReloc.R_MIPS_26.number() || type == MipsReloc.R_MIPS_PC26_S2.number())
                && mayNeedStub(relocations.target().index(), relocations.symbol(index));
    }

    /** Whether a stub was counted for calls of {@code symbol} from section {@code caller}. */
    boolean mayNeedStub(int caller, int symbol) {
        if (input.policy().stubs() == StubPolicy.KERNEL_EXACT) {
            return false;
        }
        Section code = elf.section(caller);
        Optional<RegionKind> region = region(code);
        SymbolTable symbols = input.file().symbols();
        if (region.isEmpty() || !code.isExecutable() || Integer.compareUnsigned(symbol, symbols.count()) >= 0) {
            return false;
        }
        int raw = symbols.rawSectionIndex(symbol);
        int home = symbols.sectionIndex(symbol); // SHN_UNDEF is 0
        boolean isInSection = (raw < Symbol.SHN_LORESERVE || raw == Symbol.SHN_XINDEX) && home > 0;
        return !isInSection || home >= elf.sectionCount() || !region.equals(region(elf.section(home)));
    }

    /** The region of a section that may hold code; of any loaded section where code and data share a region. */
    Optional<RegionKind> region(Section section) {
        return input.region(section).filter(RegionKind::isExecutable);
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new MipsLoad(placed, values, this);
    }
}
