package io.modrt.mips;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SymbolValues;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Room at the head of each region with code, where the policy asks for it: for as many trampolines of the function tracer as it says, and
 * for local stubs, one for each callee that may turn out too far. A callee is a symbol and an addend. Callees in the caller's own region
 * are near; where others lie is not known before they are placed.
 */
final class MipsPlan implements ArchPlan {
    private final PlanInput input;
    private final MipsKernel kernel;
    private final Map<RegionKind, Set<Callee>> callees = new EnumMap<>(RegionKind.class);

    private record Callee(int symbol, long addend) {}

    MipsPlan(PlanInput input, MipsKernel kernel) {
        this.input = input;
        this.kernel = kernel;
        if (hasStubs()) {
            input.file().elf().relocationSections().forEach(this::count);
        }
    }

    boolean hasStubs() {
        return input.policy().stubs() != StubPolicy.KERNEL_EXACT;
    }

    private ModuleFile file() {
        return input.file();
    }

    MipsKernel kernel() {
        return kernel;
    }

    /** Bytes of the trampolines at the head of {@code region}: none where no code is traced. */
    long trampolineBytes(RegionKind region) {
        int tracers = input.policy().trampolines();
        boolean isTraced = tracers > 0
                && file().elf().section(MipsTracing.TABLE).isPresent()
                && file().elf().sections().stream()
                        .anyMatch(section -> section.isExecutable()
                                && region(section).filter(region::equals).isPresent());
        return isTraced ? (long) MipsTrampoline.sizeBytes(kernel.width()) * tracers : 0;
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
        MipsReloc type = MipsReloc.of(relocations.type(index)).orElseThrow();
        Section section = relocations.target();
        long offset = relocations.offset(index);
        if (!section.hasContents() || offset < 0 || offset > section.sizeBytes() - Integer.BYTES) {
            return 0; // why: a place outside its section is refused when its turn comes
        }
        int place = (int) (section.fileOffset() + offset);
        return type.field().load(file().elf().array(), place, file().elf().isBigEndian());
    }

    @Override
    public long headBytes(RegionKind region) {
        return trampolineBytes(region)
                + (long) kernel.stubs().mostBytes()
                        * callees.getOrDefault(region, Set.of()).size();
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int number = relocations.type(index);
        return hasStubs()
                && (number == MipsReloc.R_MIPS_26.number() || number == MipsReloc.R_MIPS_PC26_S2.number())
                && mayBeFar(relocations.target().index(), relocations.symbol(index));
    }

    /** Whether code in section {@code caller} may find {@code symbol} too far. */
    boolean mayBeFar(int caller, int symbol) {
        Section code = file().elf().section(caller);
        Optional<RegionKind> region = region(code);
        SymbolTable symbols = file().symbols();
        if (region.isEmpty() || !code.isExecutable() || Integer.compareUnsigned(symbol, symbols.count()) >= 0) {
            return false;
        }
        int raw = symbols.rawSectionIndex(symbol);
        int home = symbols.sectionIndex(symbol);
        boolean isDefinedHere = raw != Symbol.SHN_UNDEF
                && (raw < Symbol.SHN_LORESERVE || raw == Symbol.SHN_XINDEX)
                && home > 0
                && home < file().elf().sectionCount();
        return !isDefinedHere || !region.equals(region(file().elf().section(home)));
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
