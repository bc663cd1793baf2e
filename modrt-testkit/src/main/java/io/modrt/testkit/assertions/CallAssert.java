package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.testkit.assertions.CallPath.Way;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Assertions about one call or jump of a module. Where it leads is read from the code in memory, as far as the architecture reads code;
 * otherwise the relocation says it. A failure shows each step, stubs with their assembler text.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CallAssert {
    private final ModuleAssert module;
    private final ModuleView view;
    private final Place site;
    private final CallPath path;

    CallAssert(ModuleAssert module, Place site) {
        this.module = module;
        this.view = site.view();
        this.site = site;
        this.path = new CallPath(site);
    }

    /** Asserts that the call arrives at a symbol: of the module itself, or one to which an import is bound. */
    public CallAssert arrivesAt(String symbol) {
        Targets targets = new Targets(view);
        Address expected = targets.required(symbol);
        Optional<Address> code = targets.bound(symbol).flatMap(bound -> bound.code());
        boolean isThere = path.value().filter(expected::equals).isPresent()
                || code.isPresent() && path.arrival().equals(code);
        if (!isThere) {
            throw failure(symbol + " at " + expected);
        }
        return this;
    }

    /** Asserts that the call arrives at an address. */
    public CallAssert arrivesAt(long address) {
        Address expected = view.kernel().canonical(Address.of(address));
        if (path.arrival().filter(expected::equals).isEmpty()
                && path.value().filter(expected::equals).isEmpty()) {
            throw failure(new Targets(view).describe(expected));
        }
        return this;
    }

    private AssertionError failure(String expected) {
        String actual = path.arrival()
                .map(address -> new Targets(view).describe(address))
                .orElse("nowhere, since it is no call");
        return Texts.failure(
                view.name() + ": the call at " + site.inSection() + ": expected to arrive at " + expected
                        + ", but arrives at " + actual + path.text(),
                expected,
                actual);
    }

    /** Asserts that the call goes straight to where it arrives. */
    public CallAssert directly() {
        if (path.arrival().isEmpty() || !path.hops().isEmpty()) {
            throw wrongWay("straight to where it arrives");
        }
        return this;
    }

    /** Asserts that the call goes through a stub of the module's: a PLT entry, a long branch. */
    public CallAssert throughStub() {
        return through(Way.STUB, "through a stub");
    }

    /** Asserts that the call goes through a stub that loads its target from a slot in memory, as one in a GOT. */
    public CallAssert throughGot() {
        return through(Way.GOT, "through a slot of the GOT");
    }

    /** Asserts that the call goes through a function descriptor; the kernel's symbols must say where the function's code is. */
    public CallAssert throughDescriptor() {
        return through(Way.DESCRIPTOR, "through a function descriptor");
    }

    /** Asserts that the call, which is a tracer's, goes through a trampoline in the module's memory. */
    public CallAssert throughTrampoline() {
        return through(Way.TRAMPOLINE, "through a trampoline");
    }

    private CallAssert through(Way way, String text) {
        if (!path.goes(way)) {
            throw wrongWay(text);
        }
        return this;
    }

    private AssertionError wrongWay(String expected) {
        String actual = path.arrival().isEmpty()
                ? "nowhere, since it is no call"
                : path.hops().isEmpty()
                        ? "straight to where it arrives"
                        : "through "
                                + path.hops().stream().map(CallPath.Hop::text).collect(Collectors.joining(", then "));
        return Texts.failure(
                view.name() + ": the call at " + site.inSection() + ": expected to go " + expected + ", but goes "
                        + actual + path.text(),
                expected,
                actual);
    }

    /** Goes back to the module, for further assertions. */
    public ModuleAssert and() {
        return module;
    }
}
