package io.modrt.kernel;

import io.modrt.address.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Two sources, of which the second has the names that the first does not have. */
record Merged(KernelSymbols first, KernelSymbols next) implements BulkSymbols {

    Merged {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(next, "next");
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        Optional<KernelSymbol> found = first.find(name);
        return found.isPresent() ? found : next.find(name);
    }

    @Override
    public void answer(SymbolQuery query) {
        query.ask(first);
        query.ask(next);
    }

    @Override
    public List<String> remarks() {
        List<String> all = new ArrayList<>(first.remarks());
        all.addAll(next.remarks());
        return List.copyOf(all);
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        Optional<KernelSymbol> found = first.placeholder(name, kernelArea, use);
        return found.isPresent() ? found : next.placeholder(name, kernelArea, use);
    }

    @Override
    public KernelSymbols slid(long byteDelta) {
        return new Merged(first.slid(byteDelta), next.slid(byteDelta));
    }
}
