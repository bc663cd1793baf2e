package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.ModulePlace;
import java.util.Optional;

/** Looks addresses and names up among the modules. Only the first look-up of a name takes the kernel's lock, to build the index. */
final class Lookup {
    private final ModuleList modules;
    private final ChangeLock changes;

    Lookup(ModuleList modules, ChangeLock changes) {
        this.modules = modules;
        this.changes = changes;
    }

    /** Where an address lies. */
    Optional<ModulePlace> at(Address address) {
        Optional<Live> module = modules.at(address);
        if (module.isEmpty()) {
            return Optional.empty();
        }
        Live found = module.get();
        for (RegionKind kind : found.placed().plan().layout().regions()) {
            if (found.placed().range(kind).orElseThrow().contains(address)) {
                return Optional.of(new ModulePlace(found, kind, found.map().at(address), found.nameAt(address)));
            }
        }
        return Optional.empty();
    }

    /** The address of a symbol: of the kernel's own, then of the most recent module's; or of the one module that {@code name} names. */
    Optional<Address> address(String name, KernelSymbols own) {
        int colon = name.indexOf(':');
        if (colon >= 0) {
            return modules.find(name.substring(0, colon))
                    .flatMap(module -> KernelNames.value(module, name.substring(colon + 1)));
        }
        Optional<Address> ofKernel = own.find(name).map(KernelSymbol::value);
        if (ofKernel.isPresent()) {
            return ofKernel;
        }
        return index().find(name).stream()
                .flatMap(module -> KernelNames.value(module, name).stream())
                .findFirst();
    }

    private NameIndex index() {
        Optional<NameIndex> known = modules.names();
        if (known.isPresent()) {
            return known.get();
        }
        return changes.steady(modules::indexNames);
    }
}
