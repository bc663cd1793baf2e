package io.modrt.aarch64;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SymbolValues;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What {@code module_frob_arch_sections} does before layout: it sorts the branches of each section with code that leave it, so that those to
 * one target follow each other, counts the PLT entries that they may need, and gives the placeholder sections their sizes.
 */
final class AArch64Plan implements ArchPlan {
    private static final int LINE_BYTES = 64;
    /** Entries among which one lies at the end of a page, where its own {@code adrp} would fall under the erratum. */
    private static final int ENTRIES_A_PAGE = AArch64Code.PAGE_BYTES / AArch64Plt.ENTRY_BYTES;

    private final ModuleFile file;
    private final AArch64Kernel kernel;
    /** Sections by name, the last of each name. */
    private final Map<String, Section> named = new HashMap<>();

    private final Map<Integer, Section> shapes = new HashMap<>();
    private final Map<Integer, RelocationSection> ordered = new HashMap<>();
    /** The entries of each PLT section. */
    private final Map<String, Integer> entries = new HashMap<>();

    AArch64Plan(ModuleFile file, AArch64Kernel kernel) {
        this.file = file;
        this.kernel = kernel;
        file.elf().sections().forEach(section -> named.put(section.name(), section));
        for (RelocationSection relocations : file.elf().relocationSections()) {
            if (relocations.target().isExecutable() && !kernel.plts.isEmpty()) {
                boolean isInit = kernel.isInitSection(relocations.target().name());
                entries.merge(kernel.plts.get(isInit ? 1 : 0), count(relocations), Integer::sum);
            }
        }
        kernel.plts.forEach(name -> shape(name, entries(name) + 1, LINE_BYTES));
        kernel.tracing()
                .sections()
                .forEach(name -> shape(name, kernel.tracing().functions().size(), Integer.BYTES));
    }

    private void shape(String name, int rooms, int alignment) {
        Section section = placeholder(name);
        long flags = Section.SHF_ALLOC | Section.SHF_EXECINSTR;
        shapes.put(section.index(), section.shaped((long) rooms * AArch64Plt.ENTRY_BYTES, flags, alignment));
    }

    /** The section of this name that the kernel fills. */
    Section placeholder(String name) {
        return Objects.requireNonNull(named.get(name), name);
    }

    /** The entries that were counted for a PLT section; it has room for one more. */
    int entries(String name) {
        return entries.getOrDefault(name, 0);
    }

    private int count(RelocationSection inFile) {
        int needed = 0;
        if (kernel.sortsBranches) {
            RelocationSection relocations = inFile.inOrder(order(inFile));
            ordered.put(inFile.section().index(), relocations);
            for (int i = 0; i < relocations.count(); i++) {
                needed += leaves(relocations, i) && !isRepeated(relocations, i) ? 1 : 0;
            }
        }
        if (kernel.hasErratum) {
            needed += veneers(inFile);
            needed += (needed + ENTRIES_A_PAGE - 1) / ENTRIES_A_PAGE;
        }
        return needed;
    }

    /** Brings branches that leave their section to the front, then sorts those by type, symbol and addend. */
    private int[] order(RelocationSection relocations) {
        int[] order = IntStream.range(0, relocations.count()).toArray();
        int front = 0;
        int back = order.length - 1;
        while (front < back) {
            if (leaves(relocations, order[front])) {
                front++;
            } else if (leaves(relocations, order[back])) {
                int swapped = order[front];
                order[front] = order[back];
                order[back] = swapped;
            } else {
                back--;
            }
        }
        // why: the one where the two meet stays behind those that are sorted, even if it is such a branch
        int[] sorted = IntStream.range(0, front)
                .mapToObj(i -> order[i])
                .sorted(Comparator.<Integer>comparingInt(relocations::type)
                        .thenComparingInt(relocations::symbol)
                        .thenComparingLong(relocations::addend))
                .mapToInt(Integer::intValue)
                .toArray();
        System.arraycopy(sorted, 0, order, 0, front);
        return order;
    }

    /** Whether it is a branch to a symbol that its section does not define. */
    private boolean leaves(RelocationSection relocations, int i) {
        int symbol = relocations.symbol(i);
        return AArch64Reloc.isBranch(relocations.type(i))
                && Integer.compareUnsigned(symbol, file.symbols().count()) < 0
                && file.symbols().rawSectionIndex(symbol)
                        != relocations.target().index();
    }

    /** Whether it shares the entry of the relocation in front; the kernel does not expect that of one with an addend. */
    private static boolean isRepeated(RelocationSection relocations, int i) {
        return i > 0
                && relocations.addend(i) == 0
                && relocations.addend(i - 1) == 0
                && relocations.type(i) == relocations.type(i - 1)
                && relocations.symbol(i) == relocations.symbol(i - 1);
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
        return ordered.containsKey(relocations.section().index()) && leaves(relocations, index);
    }

    @Override
    public ArchLoad begin(PlacedSections placed, SymbolValues values) {
        return new AArch64Load(placed, values, this, kernel);
    }
}
