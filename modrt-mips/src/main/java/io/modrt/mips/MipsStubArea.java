package io.modrt.mips;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.Width;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Room at the head of each region with code: for as many trampolines of the function tracer as the policy says, and for local
 * stubs, one for each callee that may turn out too far. A callee is a symbol and an addend; those in the caller's own region are
 * near, others are where the next step puts them.
 */
final class MipsStubArea implements SectionSizer {
    private final ModuleFile file;
    private final KernelProfile profile;
    private final int stubBytes;
    private final long trampolineBytes;
    private final Map<RegionKind, Set<Callee>> callees = new EnumMap<>(RegionKind.class);

    private record Callee(int symbol, long addend) {}

    /** Counts the callees of all calls in {@code file}, unless the policy has no stubs. */
    MipsStubArea(ModuleFile file, KernelProfile profile, LoadPolicy policy, Width width) {
        this.file = file;
        this.profile = profile;
        this.stubBytes = MipsStubs.Kind.of(width, false).mostBytes();
        this.trampolineBytes = (long) MipsTrampoline.sizeBytes(width) * policy.trampolines();
        if (policy.stubs() != StubPolicy.KERNEL_EXACT) {
            file.elf().relocationSections().forEach(this::count);
        }
    }

    /** Bytes of the trampolines at the head of {@code region}: none where no code is traced. */
    long trampolineBytes(RegionKind region) {
        boolean isTraced = file.elf().section(MipsFtrace.TABLE).isPresent()
                && file.elf().sections().stream()
                        .anyMatch(section -> section.isExecutable()
                                && region(section).filter(region::equals).isPresent());
        return isTraced ? trampolineBytes : 0;
    }

    private void count(RelocationSection relocations) {
        for (int index = 0; index < relocations.count(); index++) {
            if (mayNeed(relocations, index)) {
                RegionKind region = region(relocations.target()).orElseThrow();
                long addend = addend(relocations, index);
                callees.computeIfAbsent(region, any -> new HashSet<>())
                        .add(new Callee(relocations.symbol(index), addend));
            }
        }
    }

    private long addend(RelocationSection relocations, int index) {
        MipsReloc type = MipsReloc.of(relocations.type(index)).orElseThrow();
        if (relocations.addends() == AddendKind.EXPLICIT) {
            return relocations.addend(index) + type.callBias();
        }
        Section section = relocations.target();
        long offset = relocations.offset(index);
        if (!section.hasContents() || offset < 0 || offset > section.sizeBytes() - Integer.BYTES) {
            return 0; // why: a place outside its section is refused when its turn comes
        }
        ByteOrder order = file.elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer bytes = ByteBuffer.wrap(file.elf().array()).order(order);
        return type.field().extract(bytes.getInt((int) (section.fileOffset() + offset))) + type.callBias();
    }

    @Override
    public long headBytes(RegionKind region) {
        return trampolineBytes(region)
                + (long) stubBytes * callees.getOrDefault(region, Set.of()).size();
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int number = relocations.type(index);
        return (number == MipsReloc.R_MIPS_26.number() || number == MipsReloc.R_MIPS_PC26_S2.number())
                && mayBeFar(relocations.target().index(), relocations.symbol(index));
    }

    /** Whether code in section {@code caller} may find {@code symbol} too far. */
    boolean mayBeFar(int caller, int symbol) {
        Section code = file.elf().section(caller);
        Optional<RegionKind> region = region(code);
        SymbolTable symbols = file.symbols();
        if (region.isEmpty() || !code.isExecutable() || Integer.compareUnsigned(symbol, symbols.count()) >= 0) {
            return false;
        }
        int raw = symbols.rawSectionIndex(symbol);
        int home = symbols.sectionIndex(symbol);
        boolean isDefinedHere = raw != Symbol.SHN_UNDEF
                && (raw < Symbol.SHN_LORESERVE || raw == Symbol.SHN_XINDEX)
                && home > 0
                && home < file.elf().sectionCount();
        return !isDefinedHere || !region.equals(region(file.elf().section(home)));
    }

    /** The region of a section with code; of any loaded section where code and data share one. */
    Optional<RegionKind> region(Section section) {
        boolean byMemoryType = profile.layoutRules() == LayoutRules.MEMORY_TYPES;
        if (!section.isAllocated() || (byMemoryType && !section.isExecutable())) {
            return Optional.empty();
        }
        String name = section.name();
        boolean isInit =
                name.startsWith(".init") || (name.startsWith(".exit") && !profile.has(ConfigOption.MODULE_UNLOAD));
        if (byMemoryType) {
            return Optional.of(isInit ? RegionKind.INIT_TEXT : RegionKind.TEXT);
        }
        return Optional.of(isInit ? RegionKind.INIT : RegionKind.CORE);
    }
}
