package io.modrt.engine.relocation;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.findings.Findings;
import io.modrt.spi.RelocationTable.WeakErrorValue;
import io.modrt.spi.Width;
import org.jspecify.annotations.Nullable;

/** Finds the relocations of a section that the kernel silently skips or ignores in part. modrt does the same, and reports it. */
final class SectionSlips {
    private final @Nullable SymbolTable symbols;
    private final long[] values;
    private final Width width;
    private final Findings findings;
    private @Nullable RelocationRows searched;
    private boolean found;

    /** @param values the final value of each symbol */
    SectionSlips(@Nullable SymbolTable symbols, long[] values, Width width, Findings findings) {
        this.symbols = symbols;
        this.values = values;
        this.width = width;
        this.findings = findings;
    }

    /** The number of entries that the kernel applies, from the first on: a weak symbol with an error value may end the section. */
    int applied(RelocationSection relocations, RelocationRows rows) {
        SymbolTable table = symbols;
        if (table == null || rows.table().weakErrorValue() != WeakErrorValue.ENDS_SECTION || !anyErrorValue(rows)) {
            return relocations.count();
        }
        for (int i = 0; i < relocations.count(); i++) {
            int index = relocations.symbol(i);
            if (Integer.compareUnsigned(index, values.length) < 0
                    && rows.isErrorValue(values[index])
                    && table.binding(index) == Symbol.STB_WEAK) {
                findings.silent(
                        relocations.section().where() + " entry " + i,
                        "weak symbol " + table.name(index) + " has the value " + width.address(values[index])
                                + ", which stands for an error: this and the " + (relocations.count() - i - 1)
                                + " relocations behind it are skipped",
                        FormatException::new);
                return i;
            }
        }
        return relocations.count();
    }

    /** Whether the kernel skips a relocation against {@code symbol}, whose value stands for an error, because the symbol is weak. */
    boolean isSkipped(int symbol, RelocationRows rows) {
        SymbolTable table = symbols;
        return table != null
                && rows.table().weakErrorValue() == WeakErrorValue.SKIPPED
                && table.binding(symbol) == Symbol.STB_WEAK;
    }

    /**
     * Whether the symbol is in a section that is not loaded. For the kernel its value is an address in the copy of the file that it frees
     * after the load, which is not 0.
     */
    boolean isInFileOnly(int symbol) {
        SymbolTable table = symbols;
        if (table == null) {
            return false;
        }
        int raw = table.rawSectionIndex(symbol);
        ElfFile file = table.section().file();
        return raw != Symbol.SHN_UNDEF
                && raw < file.sectionCount()
                && !file.section(raw).isAllocated();
    }

    private boolean anyErrorValue(RelocationRows rows) {
        if (searched != rows) {
            searched = rows;
            found = false;
            for (long value : values) {
                found |= rows.isErrorValue(value);
            }
        }
        return found;
    }

    /** Reports packed entries with more than one type or symbol, of which the kernel uses only the first. */
    void reportPackedRest(RelocationSection relocations, int count) {
        int ignored = 0;
        int first = -1;
        for (int i = 0; i < count; i++) {
            if (relocations.packedRest(i) != 0) {
                first = first < 0 ? i : first;
                ignored++;
            }
        }
        if (ignored > 0) {
            findings.silent(
                    relocations.section().where() + " entry " + first,
                    "r_ssym, r_type3, r_type2 are 0x" + Integer.toHexString(relocations.packedRest(first))
                            + " and ignored"
                            + (ignored > 1 ? ", as in " + (ignored - 1) + " more of this section" : ""),
                    FormatException::new);
        }
    }
}
