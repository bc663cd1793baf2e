package io.modrt.aarch64;

import io.modrt.elf.ElfFile;
import io.modrt.elf.SymbolTable;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One load: its PLT, and the steps of the kernel's {@code module_finalize}. */
final class AArch64Load implements ArchLoad {
    private final PlacedSections placed;
    private final ElfFile elf;
    private final AArch64Kernel kernel;
    private final AArch64Alternatives alternatives;
    private final List<AArch64Plt> plts;

    AArch64Load(PlacedSections placed, SymbolValues values, AArch64Plan plan, AArch64Kernel kernel) {
        this.placed = placed;
        this.elf = placed.file().elf();
        this.kernel = kernel;
        int callback = placed.file().symbols().indexOf(AArch64Alternatives.PATCH_NOPS);
        this.alternatives = new AArch64Alternatives(
                kernel.machine, elf.isBigEndian(), callback == SymbolTable.NONE ? 0 : values.value(callback));
        this.plts = kernel.plts.stream()
                .map(name -> new AArch64Plt(
                        placed.address(plan.placeholder(name)).orElseThrow(), plan.entries(name), kernel.hasErratum))
                .toList();
    }

    @Override
    public @Nullable Stub route(Fixup branch) {
        boolean isNear = AArch64Code.reaches(branch.P(), branch.goal());
        return isNear || plts.isEmpty() ? null : plt(branch).entry(branch);
    }

    /** The PLT section in the same part of the module as the place. */
    private AArch64Plt plt(Fixup fixup) {
        boolean isInit = placed.region(elf.section(fixup.targetSection()))
                .filter(RegionKind::isInit)
                .isPresent();
        return plts.get(isInit ? 1 : 0);
    }

    /** Stores what {@link #safe} says, in the byte order of code where the image has that of data. */
    @Override
    public void store(Fixup fixup, long value, SectionImage image) {
        int before = image.word(fixup.sectionOffset());
        image.putWord(
                fixup.sectionOffset(),
                elf.isBigEndian()
                        ? Integer.reverseBytes(safe(fixup, Integer.reverseBytes(before), value))
                        : safe(fixup, before, value));
    }

    /** The {@code adrp}, or where the erratum may strike an {@code adr} of the page's start, or a branch to a veneer. */
    private int safe(Fixup fixup, int adrp, long value) {
        if (!AArch64Code.isUnsafe(fixup.P())) {
            return fixup.type().field().insert(adrp, value);
        }
        long distance = AArch64Code.page(fixup.goal()) - fixup.P();
        if (AArch64Code.fits(AArch64Reloc.ADR, distance)) {
            return AArch64Reloc.ADR.insert(adrp & ~AArch64Code.COUNTS_PAGES, distance);
        }
        Stub veneer = plt(fixup).veneer(fixup, adrp);
        return AArch64Code.branch(AArch64Code.B, fixup.P(), veneer.address().value());
    }

    @Override
    public List<Stub> stubs() {
        return plts.stream().flatMap(AArch64Plt::stubs).toList();
    }

    @Override
    public List<Finisher> finishers() {
        return List.of(
                Finisher.of("alternatives", alternatives::apply),
                Finisher.of("ftrace trampolines", kernel.tracing()::writeTrampolines));
    }
}
