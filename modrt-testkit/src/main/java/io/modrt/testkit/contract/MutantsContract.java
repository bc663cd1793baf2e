package io.modrt.testkit.contract;

import io.modrt.spi.Arch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whether what an {@link ArchContract} gives is enough to find faults: its architecture is made wrong in one way after the other, and the
 * contract must fail with a message that names what to mend.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public abstract class MutantsContract {

    /** For subclasses. */
    protected MutantsContract() {}

    /** The contract; its own tests pass. */
    protected abstract ArchContract contract();

    /** Faults that the architecture cannot have, since it has no part of this kind; with them it must pass. */
    protected Set<ArchMutant> impossible() {
        return Set.of();
    }

    /** Each wrong architecture is found by its check. */
    @TestFactory
    Stream<DynamicTest> eachWrongArchitectureIsFound() {
        ArchContract contract = contract();
        return Arrays.stream(ArchMutant.values())
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> find(contract, mutant)));
    }

    private void find(ArchContract contract, ArchMutant mutant) {
        List<String> failures = new ArrayList<>();
        Subject wrong = new Subject(contract, mutant.of(contract.arch()));
        boolean isFound = mutant.checks().stream()
                .flatMap(check -> check.tests(wrong))
                .map(MutantsContract::failure)
                .peek(failures::add)
                .anyMatch(mutant::isNamedBy);
        failures.removeIf(String::isEmpty);
        if (impossible().contains(mutant)) {
            Assertions.assertEquals(List.of(), failures, "the fault is possible; take it out of impossible()");
        } else {
            Assertions.assertTrue(
                    isFound,
                    () -> "no check names " + mutant.names() + "; give a module that shows the fault, or name it in"
                            + " impossible() if the architecture cannot have it. "
                            + seen(mutant, failures)
                            + refusals(contract, wrong));
        }
    }

    /** What the checks say that were tried. */
    private static String seen(ArchMutant mutant, List<String> failures) {
        return failures.isEmpty()
                ? "Of the checks " + new TreeSet<>(mutant.checks()) + " none fails."
                : "What fails names something else: " + failures;
    }

    /** The loads that only the wrong architecture refuses: checks let them pass, since a load may be refused. */
    static String refusals(ArchContract contract, Subject wrong) {
        Subject right = new Subject(contract, contract.arch());
        List<String> refusals = wrong.trials().stream()
                .filter(trial -> isLoaded(trial, right) && !isLoaded(trial, wrong))
                .map(trial -> trial + ": " + trial.refusal(wrong.arch()))
                .toList();
        return refusals.isEmpty()
                ? ""
                : " A load may be refused, so these are no failures: " + refusals.size()
                        + " loads that the architecture without the fault does not refuse, the first "
                        + refusals.get(0);
    }

    private static boolean isLoaded(Trial trial, Subject subject) {
        return trial.load(trial.kernel(subject.arch())).isPresent();
    }

    /** An architecture in which nothing is changed passes what the wrong ones fail. */
    @TestFactory
    Stream<DynamicTest> theArchitectureItselfPasses() {
        ArchContract contract = contract();
        Arch same = new ForwardingArch(contract.arch());
        return Arrays.stream(Check.values()).flatMap(check -> check.tests(new Subject(contract, same)));
    }

    /** Why a test fails; empty where it passes. */
    private static String failure(DynamicTest test) {
        try {
            test.getExecutable().execute();
            return "";
        } catch (Throwable failure) {
            return test.getDisplayName() + ": " + failure;
        }
    }
}
