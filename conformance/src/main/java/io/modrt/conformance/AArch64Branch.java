package io.modrt.conformance;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.module.ModuleFile;
import io.modrt.spi.PlacedSections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A branch of an AArch64 module, as its file says.
 *
 * @param place its address
 * @param goal the address of its symbol, plus the addend
 * @param instruction {@code bl}, or {@code b}
 * @param isOutside whether the symbol is the kernel's
 * @param isInit whether it is in code for initialisation
 */
record AArch64Branch(long place, long goal, String instruction, boolean isOutside, boolean isInit) {
    private static final int R_AARCH64_JUMP26 = 282;
    private static final int R_AARCH64_CALL26 = 283;

    /** All that are loaded, in the order of the file; {@code externals} has the kernel's symbols, but weak ones that it lacks. */
    static List<AArch64Branch> of(ModuleFile file, PlacedSections placed, Map<String, Long> externals) {
        List<AArch64Branch> branches = new ArrayList<>();
        SymbolTable symbols = file.symbols();
        for (RelocationSection relocations : file.elf().relocationSections()) {
            if (placed.address(relocations.target()).isEmpty()) {
                continue;
            }
            long start = placed.address(relocations.target()).orElseThrow().value();
            boolean isInit = placed.region(relocations.target()).orElseThrow().isInit();
            for (int i = 0; i < relocations.count(); i++) {
                int type = relocations.type(i);
                if (type == R_AARCH64_JUMP26 || type == R_AARCH64_CALL26) {
                    int symbol = relocations.symbol(i);
                    int section = symbols.rawSectionIndex(symbol);
                    boolean isOutside = section == Symbol.SHN_UNDEF;
                    long S = isOutside
                            ? externals.getOrDefault(symbols.name(symbol), 0L)
                            : placed.address(file.elf().section(section))
                                            .orElseThrow()
                                            .value()
                                    + symbols.value(symbol);
                    branches.add(new AArch64Branch(
                            start + relocations.offset(i),
                            S + relocations.addend(i),
                            type == R_AARCH64_CALL26 ? "bl" : "b",
                            isOutside,
                            isInit));
                }
            }
        }
        return branches;
    }
}
