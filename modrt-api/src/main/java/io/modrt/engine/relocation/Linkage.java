package io.modrt.engine.relocation;

import io.modrt.elf.ElfFile;
import io.modrt.engine.layout.SectionAddresses;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.module.ModuleFile;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import java.util.BitSet;

/** A module with addresses and symbol values: the input of relocation. Immutable. */
public final class Linkage {
    private final PlacedSections placed;
    private final SectionAddresses addresses;
    private final KernelTables kernel;
    private final long[] values;
    private final BitSet missing;

    /**
     * A module at its addresses.
     *
     * @param values the final value of each symbol, by index; kept, not copied
     * @param missing the numbers of the symbols that neither the kernel nor a module exports, if the policy lets that pass
     */
    public Linkage(
            PlacedSections placed, SectionAddresses addresses, KernelTables kernel, long[] values, BitSet missing) {
        this.placed = placed;
        this.addresses = addresses;
        this.kernel = kernel;
        this.values = values;
        this.missing = missing;
    }

    PlacedSections placed() {
        return placed;
    }

    ModuleFile file() {
        return placed.file();
    }

    ElfFile elf() {
        return file().elf();
    }

    SectionLayout layout() {
        return addresses.layout();
    }

    SectionAddresses addresses() {
        return addresses;
    }

    KernelTables kernel() {
        return kernel;
    }

    /** The shapes of the module's tables. */
    TableShapes shapes() {
        return kernel.kernel().tables(file());
    }

    /** The values themselves, not a copy; they must not be changed. */
    public long[] values() {
        return values;
    }

    BitSet missing() {
        return missing;
    }

    /** The value of each symbol; 0 for a number that no symbol has. */
    public SymbolValues symbolValues() {
        return index -> Integer.compareUnsigned(index, values.length) < 0 ? values[index] : 0;
    }
}
