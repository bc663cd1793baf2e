package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import java.util.Optional;

/** The names and addresses of what a module may refer to: its own symbols, and what its imports are bound to. */
final class Targets {
    private final ModuleView view;

    Targets(ModuleView view) {
        this.view = view;
    }

    /**
     * The value of a name.
     *
     * @throws IllegalArgumentException if the module neither defines nor imports it
     */
    Address required(String name) {
        return view.symbol(name)
                .or(() -> bound(name).map(KernelSymbol::value))
                .or(() -> view.placed().anchor(name))
                .orElseThrow(() -> new IllegalArgumentException(view.name() + " has no symbol " + name + "; it defines "
                        + new Contents(view).symbols() + ", and imports " + new Contents(view).imports()));
    }

    /** The export to which an import is bound. */
    Optional<KernelSymbol> bound(String name) {
        return view.imports().stream()
                .filter(symbol -> symbol.name().equals(name))
                .findFirst();
    }

    /** The export whose value, or whose code, is at {@code address}. */
    Optional<KernelSymbol> boundTo(Address address) {
        return view.imports().stream()
                .filter(symbol -> symbol.value().equals(address)
                        || symbol.code().filter(address::equals).isPresent())
                .findFirst();
    }

    /** An address with its name, for example {@code 0x8093ffe8, printk}. */
    String describe(Address address) {
        Optional<String> name = boundTo(address).map(KernelSymbol::name);
        if (name.isEmpty() && view.sectionAt(address).isPresent()) {
            Place place = new Place(address, view);
            String symbol = place.inSymbol();
            name = Optional.of(symbol.isEmpty() ? place.inSection() : symbol);
        }
        if (name.isEmpty()) {
            name = view.stubAt(address).map(stub -> "in the stub to " + stub.symbol());
        }
        return address + name.map(text -> ", " + text).orElse("");
    }
}
