package io.modrt.engine;

import io.modrt.findings.Findings;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.AddressMap;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.spi.SymbolValues;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A module whose symbols have their values. */
final class Resolved implements ResolvedModule {
    private final Placed placed;
    private final long[] values;
    private final BitSet missing;
    private final List<KernelSymbol> imports;
    private final List<Live> uses;
    private final boolean proprietary;
    private final Findings findings;
    private volatile @Nullable NearestSymbols nearest;

    /**
     * @param values by symbol index; kept, not copied
     * @param missing the symbols that nobody exports, where the policy lets that pass
     */
    Resolved(
            Placed placed,
            long[] values,
            BitSet missing,
            List<KernelSymbol> imports,
            List<Live> uses,
            boolean proprietary,
            Findings findings) {
        this.placed = placed;
        this.values = values;
        this.missing = missing;
        this.imports = List.copyOf(imports);
        this.uses = List.copyOf(uses);
        this.proprietary = proprietary;
        this.findings = findings;
    }

    @Override
    public Placed placed() {
        return placed;
    }

    @Override
    public SymbolValues values() {
        return index -> Integer.compareUnsigned(index, values.length) < 0 ? values[index] : 0;
    }

    @Override
    public Optional<SymbolOffset> symbolAt(Address address) {
        NearestSymbols known = nearest;
        if (known == null) {
            ElfFile elf = placed.plan().file().elf();
            known = new NearestSymbols(
                    new AddressMap(placed),
                    elf.symbolTable().orElseGet(() -> SymbolTable.none(elf)),
                    values,
                    placed.plan().target().kernel()::isMappingSymbol);
            nearest = known;
        }
        return known.at(address);
    }

    /** The values themselves, not to be changed. */
    long[] array() {
        return values;
    }

    BitSet missing() {
        return missing;
    }

    List<KernelSymbol> imports() {
        return imports;
    }

    List<Live> uses() {
        return uses;
    }

    boolean isProprietary() {
        return proprietary;
    }

    Findings findings() {
        return findings;
    }

    @Override
    public RelocatedModule relocate() {
        return Relocated.of(this);
    }

    @Override
    public String toString() {
        return placed + ", " + imports.size() + " imports bound";
    }
}
