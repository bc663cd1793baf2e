package io.modrt.testkit.assertions;

import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;

/**
 * Assertions about a refusal. Each failure shows all that the refusal says.
 *
 * @param <E> the kind of exception
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RefusalAssert<E extends ModrtException> {
    private final E refusal;
    private final List<String> changes;

    RefusalAssert(E refusal, List<String> changes) {
        this.refusal = refusal;
        this.changes = List.copyOf(changes);
    }

    /** The exception itself, for what these assertions do not ask. */
    public E refusal() {
        return refusal;
    }

    /** Asserts the error number that the kernel returns. */
    public RefusalAssert<E> withErrno(Errno expected) {
        return check("errno", expected, refusal.errno());
    }

    /** Asserts the lines that the kernel logs, joined by line feeds. */
    public RefusalAssert<E> withKernelMessage(String expected) {
        return check("the kernel message", expected, refusal.kernelMessage().orElse("(none)"));
    }

    /** Asserts that the kernel logs nothing, or that it is not known what. */
    public RefusalAssert<E> withoutKernelMessage() {
        return check("the kernel message", Optional.empty(), refusal.kernelMessage());
    }

    /** Asserts the whole message. */
    public RefusalAssert<E> withMessage(String expected) {
        return check("the message", expected, String.valueOf(refusal.getMessage()));
    }

    /** Asserts that the message has these parts. */
    public RefusalAssert<E> withMessageContaining(String... parts) {
        String message = String.valueOf(refusal.getMessage());
        for (String part : parts) {
            if (!message.contains(part)) {
                throw failure("the message to contain \"" + part + "\"", part, message);
            }
        }
        return this;
    }

    /** Asserts that the refusal is about a place, for example {@code .text+0x8}, which the message then names. */
    public RefusalAssert<E> at(String place) {
        String message = String.valueOf(refusal.getMessage());
        boolean isNamed = message.startsWith(place + ":") || message.contains(" " + place + ":");
        if (!isNamed) {
            throw failure("the message to be about " + place, place, message);
        }
        return this;
    }

    /** Asserts a fact that this kind of exception has, for example {@code with(UnresolvedSymbolsException::names, List.of("x"))}. */
    public <T> RefusalAssert<E> with(Function<? super E, ? extends T> fact, T expected) {
        return check("the fact", expected, fact.apply(refusal));
    }

    /** Asserts that the kernel refuses this too, or that only modrt checks it. */
    public RefusalAssert<E> beyondKernel(boolean expected) {
        return check("beyondKernel", expected, refusal.beyondKernel());
    }

    /** Asserts that the load left no trace in the {@link io.modrt.testkit.FakeKernel} on which it was tried. */
    public RefusalAssert<E> leavingNoTrace() {
        if (!changes.isEmpty()) {
            throw failure("no trace, but there is" + "\n  " + String.join("\n  ", changes) + "\n", List.of(), changes);
        }
        return this;
    }

    private RefusalAssert<E> check(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw failure(what + " " + expected + ", but was " + actual, expected, actual);
        }
        return this;
    }

    private AssertionError failure(String expectation, Object expected, Object actual) {
        AssertionError failure = Texts.failure(
                "expected " + expectation + "; the refusal: " + LoadAssert.facts(refusal), expected, actual);
        failure.initCause(refusal);
        return failure;
    }
}
