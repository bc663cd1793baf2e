package io.modrt.testkit.contract;

import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The checks of the contract that wrong architectures are tried with. */
@SuppressWarnings("ImmutableEnumChecker") // the functions have no state, without saying so by an annotation
enum Check {
    LINKER_WORDS(LinkerChecks::of),
    REFUSALS(LoadChecks::refusals),
    ORDER(OrderChecks::of),
    STUBS(StubChecks::of),
    LOADS(StubChecks::loads),
    TABLES(TableChecks::of),
    STATIC_BRANCHES(BranchChecks::of),
    TRACING(TracingChecks::of),
    INTERLEAVED_LOADS(LoadChecks::interleaved);

    private final Function<Subject, Stream<DynamicTest>> tests;

    Check(Function<Subject, Stream<DynamicTest>> tests) {
        this.tests = tests;
    }

    /** The tests of one architecture. */
    Stream<DynamicTest> tests(Subject subject) {
        return tests.apply(subject);
    }
}
