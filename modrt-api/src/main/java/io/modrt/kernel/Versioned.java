package io.modrt.kernel;

import io.modrt.address.AddressRange;
import java.util.Objects;
import java.util.Optional;

/** A source of values, to which a list of exports adds CRCs, namespaces and licence rules. */
record Versioned(KernelSymbols values, ModuleSymvers exports) implements KernelSymbols {

    Versioned {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(exports, "exports");
    }

    @Override
    public Optional<KernelSymbol> find(String name) {
        return values.find(name)
                .map(symbol ->
                        exports.find(name).map(export -> export.of(symbol)).orElse(symbol));
    }

    @Override
    public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea) {
        return values.placeholder(name, kernelArea);
    }

    @Override
    public KernelSymbols slid(long byteDelta) {
        return new Versioned(values.slid(byteDelta), exports);
    }
}
