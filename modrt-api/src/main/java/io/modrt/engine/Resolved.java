package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.relocation.Explanation;
import io.modrt.engine.relocation.Linkage;
import io.modrt.engine.resolution.NearestSymbols;
import io.modrt.engine.resolution.Symbols;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.spi.SymbolValues;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A module whose symbols have their final values. */
final class Resolved implements ResolvedModule {
    private final Placed placed;
    private final Symbols<Live> symbols;
    private final Linkage linkage;
    private final Findings findings;
    private final Explanation explanation;
    private volatile @Nullable NearestSymbols nearest;

    Resolved(Placed placed, Symbols<Live> symbols, Findings findings) {
        this.placed = placed;
        this.symbols = symbols;
        this.linkage = new Linkage(
                placed, placed.addresses(), placed.plan().target().tables(), symbols.values(), symbols.missing());
        this.findings = findings;
        this.explanation = new Explanation(linkage, findings.policy());
    }

    @Override
    public Placed placed() {
        return placed;
    }

    @Override
    public SymbolValues values() {
        return linkage.symbolValues();
    }

    /** The input of relocation. */
    Linkage linkage() {
        return linkage;
    }

    /** An explanation of the relocation, which is done again for it. */
    Explanation explanation() {
        return explanation;
    }

    @Override
    public Optional<SymbolOffset> symbolAt(Address address) {
        Objects.requireNonNull(address, "address");
        NearestSymbols known = nearest;
        if (known == null) {
            ElfFile elf = placed.plan().file().elf();
            known = new NearestSymbols(
                    placed,
                    elf.symbolTable().orElseGet(() -> SymbolTable.none(elf)),
                    symbols.values(),
                    placed.plan().target().kernel()::isMappingSymbol);
            nearest = known;
        }
        return known.at(placed.plan().archKernel().canonical(address));
    }

    List<KernelSymbol> imports() {
        return symbols.imports();
    }

    List<Live> uses() {
        return symbols.owners();
    }

    boolean isProprietary() {
        return symbols.isProprietary();
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
        return placed + ", " + imports().size() + " imports bound";
    }
}
