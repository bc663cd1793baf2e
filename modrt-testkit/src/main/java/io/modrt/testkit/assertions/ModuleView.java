package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelSymbol;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Stub;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.util.List;
import java.util.Optional;

/** What assertions ask a module, whether it is in memory or only relocated. */
interface ModuleView {

    PlacedModule placed();

    /** The loaded module; empty if it is only relocated. */
    default Optional<LiveModule> live() {
        return Optional.empty();
    }

    /** Its bytes, and those around it if it is in memory. */
    MemoryReader memory();

    List<Stub> stubs();

    List<Relocation> relocationsAt(Address place);

    Optional<SymbolOffset> symbolAt(Address address);

    /** The value of its first symbol of this name; empty if it defines none. */
    Optional<Address> symbol(String name);

    /** The exports to which its imports are bound, as far as they are known. */
    List<KernelSymbol> imports();

    /** Each of its words with a reason. */
    VerificationResult verified();

    default String name() {
        return placed().file().name();
    }

    default ArchKernel kernel() {
        return placed().plan().archKernel();
    }

    /** The bytes from {@code start} on, a new array. */
    default byte[] bytes(Address start, int length) {
        byte[] bytes = new byte[length];
        memory().read(start, bytes, 0, length);
        return bytes;
    }

    /** A module in memory. */
    static ModuleView of(LiveModule module) {
        return new ModuleView() {
            @Override
            public PlacedModule placed() {
                return module.placed();
            }

            @Override
            public Optional<LiveModule> live() {
                return Optional.of(module);
            }

            @Override
            public MemoryReader memory() {
                return module.memory();
            }

            @Override
            public List<Stub> stubs() {
                return module.stubs();
            }

            @Override
            public List<Relocation> relocationsAt(Address place) {
                return module.relocationsAt(place);
            }

            @Override
            public Optional<SymbolOffset> symbolAt(Address address) {
                return module.symbolAt(address);
            }

            @Override
            public Optional<Address> symbol(String name) {
                return module.symbol(name).map(found -> found.address());
            }

            @Override
            public List<KernelSymbol> imports() {
                return module.imports();
            }

            @Override
            public VerificationResult verified() {
                Verification check = Verification.of(module);
                return (module.isInitDropped() ? check.withoutInit() : check).run(module.memory());
            }
        };
    }

    /** A module that is relocated. */
    static ModuleView of(LinkedModule module) {
        PlacedModule placed = module.resolved().placed();
        MemoryReader reader = (from, into, offset, length) -> {
            AddressRange wanted = new AddressRange(from, length);
            for (RegionKind kind : RegionKind.values()) {
                Optional<AddressRange> range = placed.range(kind);
                if (range.isPresent() && range.get().contains(wanted)) {
                    int start = Math.toIntExact(from.minus(range.get().start()));
                    System.arraycopy(module.bytes(kind), start, into, offset, length);
                    return;
                }
            }
            throw new MemoryException(Refusal.of(
                    Errno.EFAULT, wanted + " lies outside " + placed.file().name()));
        };
        return new ModuleView() {
            @Override
            public PlacedModule placed() {
                return placed;
            }

            @Override
            public MemoryReader memory() {
                return reader;
            }

            @Override
            public List<Stub> stubs() {
                return module.stubs();
            }

            @Override
            public List<Relocation> relocationsAt(Address place) {
                return module.relocations()
                        .filter(relocation -> relocation.place().P().equals(place))
                        .toList();
            }

            @Override
            public Optional<SymbolOffset> symbolAt(Address address) {
                return module.resolved().symbolAt(address);
            }

            @Override
            public Optional<Address> symbol(String name) {
                SymbolTable table = placed.file().symbols();
                int index = table.indexOf(name);
                if (index == SymbolTable.NONE) {
                    return Optional.empty();
                }
                Symbol symbol = table.symbol(index);
                return symbol.isUndefined()
                        ? Optional.empty()
                        : Optional.of(Address.of(module.resolved().values().value(index)));
            }

            @Override
            public List<KernelSymbol> imports() {
                SymbolTable table = placed.file().symbols();
                return placed.file().imports().stream()
                        .filter(wanted -> table.indexOf(wanted.name()) != SymbolTable.NONE)
                        .map(wanted -> KernelSymbol.of(
                                wanted.name(),
                                Address.of(module.resolved().values().value(table.indexOf(wanted.name())))))
                        .toList();
            }

            @Override
            public VerificationResult verified() {
                return Verification.of(module).run(reader);
            }
        };
    }

    /** The section that has this byte, if one has. */
    default Optional<Section> sectionAt(Address address) {
        for (Section section : placed().file().elf().sections()) {
            Optional<Address> start = placed().address(section);
            if (start.isPresent()
                    && new AddressRange(start.get(), placed().shape(section).sizeBytes()).contains(address)) {
                return Optional.of(section);
            }
        }
        return Optional.empty();
    }

    /** The stub that has this byte, if one has. */
    default Optional<Stub> stubAt(Address address) {
        return stubs().stream()
                .filter(stub -> new AddressRange(stub.address(), stub.template().sizeBytes()).contains(address))
                .findFirst();
    }
}
