package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.spi.Stub;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** Shows a call from one 64-bit PA-RISC module to another, through a stub, a GOT slot and a descriptor. */
final class Descriptors {
    private static final String TARGET = "parisc-64";
    private static final int CODE = 16;
    private static final int DATA_POINTER = 24;

    private final ModuleRuntime kernel;

    private Descriptors(ModuleRuntime kernel) {
        this.kernel = kernel;
    }

    static void tell(PrintStream out) throws IOException {
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build()) {
            LiveModule greeter = kernel.load(BundledModules.open(TARGET, "greeter"));
            LiveModule visitor = kernel.load(BundledModules.open(TARGET, "visitor"));
            new Descriptors(kernel).tell(greeter, visitor, out);
        }
    }

    private void tell(LiveModule greeter, LiveModule visitor, PrintStream out) {
        KernelSymbol greet = greeter.exports().stream()
                .filter(symbol -> symbol.name().equals("greet"))
                .findFirst()
                .orElseThrow();
        Relocation call = visitor.relocations()
                .filter(applied -> applied.place().symbol().equals("greet"))
                .filter(applied -> applied.stub().isPresent())
                .findFirst()
                .orElseThrow();
        Stub stub = call.stub().orElseThrow();
        out.println(
                "On 64-bit PA-RISC each module has a data pointer, dp, which points to its table of addresses, the GOT. A pointer");
        out.println("to a function is the address of a descriptor. How visitor calls greeter's greet:");
        Address place = call.place().P();
        Address slot = slot(visitor, greet.value());
        Columns.of("what", "address", "holds")
                .row("the call, " + visitor.symbolAt(place).orElseThrow(), place, "b,l to the stub")
                .row("visitor's stub", stub.address(), "the code below")
                .row("slot of visitor's GOT", slot, doubleword(slot))
                .row(
                        "greet's descriptor: code",
                        greet.value().plus(CODE),
                        doubleword(greet.value().plus(CODE)))
                .row(
                        "    and greeter's GOT",
                        greet.value().plus(DATA_POINTER),
                        doubleword(greet.value().plus(DATA_POINTER)))
                .row("greeter's code", greeter.symbol("greet").orElseThrow().address(), "greet")
                .print(out);
        new StubReport(kernel.memory(), out).print(List.of(stub));
    }

    /** Finds the GOT slot that holds {@code value}; the GOT is at the start of core. */
    private Address slot(LiveModule module, Address value) {
        Address slot = module.placed().range(RegionKind.CORE).orElseThrow().start();
        while (!doubleword(slot).equals(value)) {
            slot = slot.plus(Long.BYTES);
        }
        return slot;
    }

    private Address doubleword(Address place) {
        String digits = StubReport.word(kernel.memory(), place) + StubReport.word(kernel.memory(), place.plus(4));
        return Address.parse(digits);
    }
}
