package io.modrt.testkit.aarch64;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import io.modrt.spi.SectionSizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Room for stubs in front of each section: one for each callee outside it. */
final class Aarch64StubAreas implements SectionSizer {
    private final ModuleFile file;
    private final Map<Integer, Set<Callee>> callees = new HashMap<>();

    private record Callee(int symbol, long addend) {}

    Aarch64StubAreas(ModuleFile file) {
        this.file = file;
        for (RelocationSection relocations : file.elf().relocationSections()) {
            for (int i = 0; i < relocations.count(); i++) {
                if (mayNeed(relocations, i)) {
                    callees.computeIfAbsent(relocations.target().index(), section -> new HashSet<>())
                            .add(new Callee(relocations.symbol(i), relocations.addend(i)));
                }
            }
        }
    }

    @Override
    public long frontBytes(Section section) {
        int count = callees.getOrDefault(section.index(), Set.of()).size();
        return (long) count * Aarch64Stubs.LONG_BRANCH.sizeBytes();
    }

    @Override
    public boolean mayNeed(RelocationSection relocations, int index) {
        int type = relocations.type(index);
        return (type == Aarch64Reloc.CALL26.number() || type == Aarch64Reloc.JUMP26.number())
                && mayBeFar(relocations.target().index(), relocations.symbol(index));
    }

    /** Whether code in section {@code caller} leaves it for {@code symbol}. A symbol that does not exist is refused elsewhere. */
    boolean mayBeFar(int caller, int symbol) {
        return Integer.compareUnsigned(symbol, file.symbols().count()) < 0
                && file.symbols().sectionIndex(symbol) != caller;
    }
}
