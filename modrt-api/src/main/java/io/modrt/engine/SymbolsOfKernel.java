package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.kernel.BulkSymbols;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolQuery;
import io.modrt.kernel.SymbolUse;
import io.modrt.spi.ArchKernel;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A source of symbols as one kernel has them: with addresses of its width, however the source writes them. */
record SymbolsOfKernel(KernelSymbols source, ArchKernel kernel) implements BulkSymbols {

    @Override
    public Optional<KernelSymbol> find(String name) {
        return source.find(name).map(this::own);
    }

    @Override
    public void answer(SymbolQuery query) {
        query.ask(source, this::own);
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        return source.placeholder(name, kernelArea, use).map(this::own);
    }

    @Override
    public List<String> remarks() {
        return source.remarks();
    }

    private KernelSymbol own(KernelSymbol symbol) {
        boolean isOwn = symbol.code().isEmpty() && kernel.canonical(symbol.address()) == symbol.address();
        return isOwn ? symbol : symbol.at(kernel::canonical);
    }
}
