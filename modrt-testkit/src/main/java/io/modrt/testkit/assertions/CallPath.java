package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.Stub;
import io.modrt.testkit.ElfEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a call goes, step by step. The code in memory decides, as far as the architecture reads code; where it does not, the relocation and
 * the stub say where they lead.
 */
final class CallPath {
    private static final int MOST_HOPS = 8;

    /** What a call passes on its way. */
    enum Way {
        STUB,
        GOT,
        DESCRIPTOR,
        TRAMPOLINE
    }

    /**
     * A step.
     *
     * @param way what it goes through
     * @param at the address of that
     * @param text what it is, for messages
     */
    record Hop(Way way, Address at, String text) {}

    private final ModuleView view;
    private final Place site;
    private final List<Hop> hops = new ArrayList<>();
    private final Optional<Address> first;
    private Optional<Address> value = Optional.empty();
    private Optional<Address> arrival = Optional.empty();

    CallPath(Place site) {
        this.view = site.view();
        this.site = site;
        this.first = first();
        first.ifPresent(this::follow);
    }

    /** The steps between the call and where it arrives. */
    List<Hop> hops() {
        return hops;
    }

    /** Where the code arrives; empty if there is no call. */
    Optional<Address> arrival() {
        return arrival;
    }

    /** The value of the symbol to which it leads: the arrival, or the address of the descriptor in front of it. */
    Optional<Address> value() {
        return value;
    }

    boolean goes(Way way) {
        return hops.stream().anyMatch(hop -> hop.way == way);
    }

    private Optional<Address> first() {
        OptionalLong code = view.kernel().branchTarget(site.address().value(), new Code(view));
        if (code.isPresent()) {
            return Optional.of(Address.of(code.getAsLong()));
        }
        for (Relocation relocation : view.relocationsAt(site.address())) {
            Optional<Address> stub = relocation.stub().map(Stub::address);
            if (stub.isPresent()) {
                return stub;
            }
            if (relocation.type().routed()) {
                long target = relocation.place().S().value()
                        + relocation.place().A()
                        + relocation.type().branchBias();
                return Optional.of(Address.of(view.kernel().width().wrap(target)));
            }
        }
        return Optional.empty();
    }

    private void follow(Address start) {
        Address at = start;
        for (int i = 0; i < MOST_HOPS; i++) {
            Optional<Address> next = next(at);
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
        }
        value = Optional.of(at);
        Address end = at;
        Optional<KernelSymbol> bound = new Targets(view).boundTo(end);
        Optional<Address> code = bound.flatMap(KernelSymbol::code)
                .filter(address -> !bound.get().value().equals(address)
                        && bound.get().value().equals(end));
        code.ifPresent(address -> hops.add(
                new Hop(Way.DESCRIPTOR, end, "the descriptor of " + bound.get().name())));
        arrival = Optional.of(code.orElse(end));
    }

    /** Where the code at {@code at} leads if that is a stub or a trampoline. */
    private Optional<Address> next(Address at) {
        Optional<Stub> stub =
                view.stubs().stream().filter(one -> one.address().equals(at)).findFirst();
        if (stub.isPresent()) {
            return Optional.of(through(stub.get()));
        }
        return view.kernel()
                .tracing()
                .trampoline()
                .filter(trampoline -> isOneOf(trampoline, at))
                .map(trampoline -> {
                    Address literal = at.plus(
                            trampoline.sizeBytes() - view.kernel().width().bytes());
                    hops.add(new Hop(Way.TRAMPOLINE, at, "a trampoline of the tracer"));
                    return pointer(literal);
                });
    }

    private Address through(Stub stub) {
        hops.add(new Hop(Way.STUB, stub.address(), "the " + stub));
        OptionalLong code = view.kernel().branchTarget(stub.address().value(), new Code(view));
        Optional<Address> slot = stub.slot().or(() -> code.isPresent() ? Optional.empty() : slotOf(stub));
        if (slot.isPresent()) {
            hops.add(new Hop(Way.GOT, slot.get(), "the slot at " + slot.get()));
            return pointer(slot.get());
        }
        return code.isPresent() ? Address.of(code.getAsLong()) : stub.target();
    }

    /** The word of the module's own tables, outside its sections, that holds the target of a stub whose code does not. */
    private Optional<Address> slotOf(Stub stub) {
        int wordBytes = view.kernel().width().bytes();
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = view.placed().range(kind);
            if (range.isPresent() && range.get().contains(stub.address())) {
                byte[] bytes = view.bytes(
                        range.get().start(), Math.toIntExact(range.get().sizeBytes()));
                for (int at = 0; at <= bytes.length - wordBytes; at += wordBytes) {
                    Address place = range.get().start().plus(at);
                    boolean isTarget = WordTable.encoding(view).pointer(bytes, at)
                            == stub.target().value();
                    if (isTarget && view.sectionAt(place).isEmpty()) {
                        return Optional.of(place);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Address pointer(Address place) {
        ElfEncoding data = WordTable.encoding(view);
        return Address.of(data.pointer(view.bytes(place, data.wordBytes()), 0));
    }

    private boolean isOneOf(FtraceTrampoline trampoline, Address at) {
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = view.placed().range(kind);
            if (range.isPresent() && range.get().contains(at)) {
                return trampoline.places(view.placed(), kind).contains(at);
            }
        }
        return false;
    }

    /** The call, then each step, a line each. */
    String text() {
        StringBuilder text = new StringBuilder("\n  ").append(site);
        text.append(": ").append(Texts.word(word(site.address()))).append(WordTable.writers(site));
        for (Hop hop : hops) {
            text.append("\n  -> ").append(hop.text);
            if (hop.way == Way.STUB) {
                view.stubAt(hop.at)
                        .ifPresent(stub -> stub.template()
                                .pieces()
                                .forEach(piece -> text.append("\n       ").append(piece.assembly())));
            }
        }
        arrival.ifPresent(end -> text.append("\n  -> ").append(new Targets(view).describe(end)));
        return text.toString();
    }

    private int word(Address at) {
        try {
            return new Code(view).codeAt(at.value());
        } catch (ModrtException unreadable) {
            return 0;
        }
    }
}
