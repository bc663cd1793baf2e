package io.modrt.kernel;

import io.modrt.address.AddressRange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A source moved by a number of bytes. It does not know which of its symbols are absolute, so all of them move. */
record Slid(KernelSymbols source, long byteDelta) implements BulkSymbols {

    Slid {
        Objects.requireNonNull(source, "source");
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return source.find(name).map(symbol -> symbol.slid(byteDelta));
    }

    @Override
    public void answer(SymbolQuery query) {
        query.ask(source, symbol -> symbol.slid(byteDelta));
    }

    @Override
    public List<String> remarks() {
        return source.remarks();
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        return source.placeholder(name, kernelArea, use);
    }
}
