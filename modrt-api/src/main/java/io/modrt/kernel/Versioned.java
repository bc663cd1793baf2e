package io.modrt.kernel;

import io.modrt.address.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A source of values, to which a list of exports adds what is exported, and with which CRC and namespace. */
record Versioned(KernelSymbols values, ModuleSymvers exports) implements BulkSymbols {

    Versioned {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(exports, "exports");
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return values.find(name).map(exports::versioned);
    }

    @Override
    public void answer(SymbolQuery query) {
        query.ask(values, exports::versioned);
    }

    @Override
    public List<String> remarks() {
        List<String> all = new ArrayList<>(values.remarks());
        all.addAll(exports.remarks());
        return List.copyOf(all);
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        return values.placeholder(name, kernelArea, use);
    }

    @Override
    public KernelSymbols slid(long byteDelta) {
        return new Versioned(values.slid(byteDelta), exports);
    }
}
