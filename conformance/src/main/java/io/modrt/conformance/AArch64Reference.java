package io.modrt.conformance;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.module.ModuleFile;
import io.modrt.spi.PlacedSections;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * An instruction of an AArch64 module that refers to something, as its file says.
 *
 * @param place its address
 * @param goal the address of its symbol, plus the addend
 * @param type the number of its relocation
 * @param before the instruction before relocation
 * @param isOutside whether the symbol is the kernel's
 * @param isInit whether it is in code for initialisation
 */
record AArch64Reference(long place, long goal, int type, int before, boolean isOutside, boolean isInit) {
    private static final int R_AARCH64_ADR_PREL_PG_HI21 = 275;
    private static final int R_AARCH64_ADR_PREL_PG_HI21_NC = 276;
    private static final int R_AARCH64_JUMP26 = 282;
    private static final int R_AARCH64_CALL26 = 283;

    /** All branches that are loaded, in the order of the file, but those to per-CPU data; {@code externals} has the kernel's symbols, but weak ones that it lacks. */
    static List<AArch64Reference> branches(ModuleFile file, PlacedSections placed, Map<String, Long> externals) {
        return of(file, placed, externals, Set.of(R_AARCH64_JUMP26, R_AARCH64_CALL26));
    }

    /** All {@code adrp}, likewise. */
    static List<AArch64Reference> pages(ModuleFile file, PlacedSections placed, Map<String, Long> externals) {
        return of(file, placed, externals, Set.of(R_AARCH64_ADR_PREL_PG_HI21, R_AARCH64_ADR_PREL_PG_HI21_NC));
    }

    private static List<AArch64Reference> of(
            ModuleFile file, PlacedSections placed, Map<String, Long> externals, Set<Integer> types) {
        List<AArch64Reference> references = new ArrayList<>();
        SymbolTable symbols = file.symbols();
        ByteBuffer bytes = ByteBuffer.wrap(file.elf().array()).order(ByteOrder.LITTLE_ENDIAN);
        for (RelocationSection relocations : file.elf().relocationSections()) {
            Section target = relocations.target();
            if (placed.address(target).isEmpty()) {
                continue;
            }
            long start = placed.address(target).orElseThrow().value();
            boolean isInit = placed.region(target).orElseThrow().isInit();
            for (int i = 0; i < relocations.count(); i++) {
                if (!types.contains(relocations.type(i))) {
                    continue;
                }
                int symbol = relocations.symbol(i);
                int section = symbols.rawSectionIndex(symbol);
                boolean isOutside = section == Symbol.SHN_UNDEF;
                OptionalLong S = isOutside
                        ? OptionalLong.of(externals.getOrDefault(symbols.name(symbol), 0L))
                        : inside(placed, file.elf().section(section), symbols.value(symbol));
                if (S.isPresent()) {
                    references.add(new AArch64Reference(
                            start + relocations.offset(i),
                            S.getAsLong() + relocations.addend(i),
                            relocations.type(i),
                            bytes.getInt((int) (target.fileOffset() + relocations.offset(i))),
                            isOutside,
                            isInit));
                }
            }
        }
        return references;
    }

    /** The value of a symbol in a section; empty for per-CPU data, which is not where the module is. */
    private static OptionalLong inside(PlacedSections placed, Section section, long value) {
        return placed.address(section).stream()
                .mapToLong(start -> start.value() + value)
                .findFirst();
    }

    /** {@code bl}, or {@code b}; of a branch. */
    String instruction() {
        return type == R_AARCH64_CALL26 ? "bl" : "b";
    }
}
