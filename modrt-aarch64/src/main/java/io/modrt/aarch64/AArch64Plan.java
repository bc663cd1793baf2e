package io.modrt.aarch64;

import io.modrt.elf.*;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.spi.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code module_frob_arch_sections} does before layout: it sorts the branches of each section with code that leave it, so that those to
 * one target follow each other, counts the PLT entries that they may need, and gives the placeholder sections their sizes.
 */
final class AArch64Plan implements ArchPlan {
    /** Entries among which one lies at the end of a page, where its own {@code adrp} would fall under the erratum. */
    private static final int ENTRIES_A_PAGE = AArch64Code.PAGE_BYTES / AArch64Plt.ENTRY_BYTES;

    private final ModuleFile file;
    private final AArch64Kernel kernel;
    private final AArch64BranchOrder branches;
    private final int callback;
    /** Entries counted for the PLT of core code and for that of init code; each has room for one more. */
    private final int[] entries = new int[2];

    private final Map<Integer, Section> shapes = new HashMap<>();
    private final Map<Integer, RelocationSection> ordered = new HashMap<>();

    AArch64Plan(ModuleFile file, AArch64Kernel kernel) {
        this.file = file;
        this.kernel = kernel;
        this.branches = new AArch64BranchOrder(file.symbols());
        this.callback = file.symbols().indexOf(AArch64Alternatives.PATCH_NOPS);
        for (RelocationSection relocations : file.elf().relocationSections()) {
            Section target = relocations.target();
            if (target.isExecutable()) {
                entries[plt(target.isNamedFrom(kernel.initSections()))] += count(relocations);
            }
        }
        for (int i = 0; i < kernel.plts.size(); i++) {
            shape(kernel.plts.get(i), entries[i] + 1, 64);
        }
        AArch64Tracing tracing = kernel.tracing();
        tracing.sections().forEach(name -> shape(name, tracing.functions().size(), Integer.BYTES));
    }

    /** Which PLT the branches of init code, or of other code, share. */
    private int plt(boolean isInit) {
        return isInit && kernel.plts.size() > 1 ? 1 : 0;
    }

    private void shape(String name, int rooms, int alignment) {
        Section section = file.elf().section(name).orElseThrow();
        long flags = Section.SHF_ALLOC | Section.SHF_EXECINSTR;
        shapes.put(section.index(), section.shaped((long) rooms * AArch64Plt.ENTRY_BYTES, flags, alignment));
    }

    private int count(RelocationSection inFile) {
        int needed = 0;
        if (kernel.sortsBranches) {
            AArch64BranchOrder.Ordered order = branches.of(inFile);
            needed = order.entries();
            ordered.put(inFile.section().index(), inFile.inOrder(order.order()));
        }
        if (kernel.hasErratum) {
            needed += veneers(inFile);
            needed += (needed + ENTRIES_A_PAGE - 1) / ENTRIES_A_PAGE;
        }
        return needed;
    }

    /** Counts veneers for {@code adrp} that may come to lie at the end of a page; their section is aligned so that most cannot. */
    private int veneers(RelocationSection relocations) {
        int veneers = 0;
        Section target = shape(relocations.target());
        long alignment = target.alignment();
        for (int i = 0; i < relocations.count(); i++) {
            if (AArch64Reloc.isAdrp(relocations.type(i))) {
                long needed = 2 * Long.lowestOneBit(~(relocations.offset(i) | 7));
                veneers += needed > AArch64Code.PAGE_BYTES ? 1 : 0;
                alignment = needed > AArch64Code.PAGE_BYTES ? alignment : Math.max(alignment, needed);
            }
        }
        shapes.put(target.index(), target.shaped(target.sizeBytes(), target.flags(), alignment));
        return veneers;
    }

    @Override
    public Section shape(Section section) {
        return shapes.getOrDefault(section.index(), section);
    }

    @Override
    public RelocationSection ordered(RelocationSection relocations) {
        return ordered.getOrDefault(relocations.section().index(), relocations);
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        return ordered.containsKey(relocations.section().index())
                && AArch64BranchOrder.leaves(relocations, index, file.symbols());
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new Load(placed, values);
    }

    /** One load: its PLT, and the steps of the kernel's {@code module_finalize}. */
    private final class Load implements ArchLoad {
        private final PlacedSections placed;
        private final AArch64Alternatives alternatives;
        private final List<AArch64Plt> plts = new ArrayList<>();
        /** That in the same part of the module as the section that is relocated; null where the kernel does without. */
        private @Nullable AArch64Plt current;

        Load(PlacedSections placed, SymbolValues values) {
            this.placed = placed;
            alternatives = new AArch64Alternatives(
                    kernel.machine,
                    file.elf().isBigEndian(),
                    callback == SymbolTable.NONE ? 0 : values.value(callback));
            for (int i = 0; i < kernel.plts.size(); i++) {
                Section plt = file.elf().section(kernel.plts.get(i)).orElseThrow();
                plts.add(new AArch64Plt(placed.address(plt).orElseThrow().value(), entries[i], kernel.hasErratum));
            }
        }

        @Override
        public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
            Optional<RegionKind> region = placed.region(relocations.target());
            int number = AArch64Plan.this.plt(region.filter(RegionKind::isInit).isPresent());
            current = plts.isEmpty() ? null : plts.get(number);
        }

        @Override
        public long route(Fixup branch) {
            AArch64Plt own = current;
            boolean isNear = AArch64Code.reaches(branch.P(), branch.goal());
            return isNear || own == null ? branch.goal() : own.entry(branch);
        }

        @Override
        public Refusal misfit(Fixup fixup, String what) {
            return Refusal.of(Errno.ENOEXEC, what)
                    .logged(kernel.logPrefix() + "module " + fixup.moduleName() + ": overflow in relocation type "
                            + fixup.type().number() + " val " + Long.toHexString(fixup.goal()));
        }

        /** Stores what {@link #safe} says, in the byte order of code where the image has that of data. */
        @Override
        public void store(Fixup fixup, long value, SectionImage image) {
            int word = image.word(fixup.sectionOffset());
            boolean isBig = file.elf().isBigEndian();
            int after = safe(fixup, isBig ? Integer.reverseBytes(word) : word, value);
            image.putWord(fixup.sectionOffset(), isBig ? Integer.reverseBytes(after) : after);
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
            return AArch64Code.branch(
                    AArch64Code.B, fixup.P(), Objects.requireNonNull(current).veneer(fixup, adrp));
        }

        @Override
        public List<Stub> stubs() {
            return plts.stream()
                    .flatMap(plt -> plt.stubs(file.symbols()).stream())
                    .toList();
        }

        @Override
        public int writeStubs(ModuleImage image) {
            return plts.stream().mapToInt(plt -> plt.write(image)).sum();
        }

        @Override
        public List<Finisher> finishers() {
            return List.of(
                    Finisher.of("alternatives", alternatives::apply),
                    Finisher.of("ftrace trampolines", kernel.tracing()::writeTrampolines));
        }
    }
}
