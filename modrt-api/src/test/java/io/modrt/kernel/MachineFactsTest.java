package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MachineFactsTest {

    @Test
    void factsAreAddedToCopies() {
        MachineFacts one = MachineFacts.of(1);
        MachineFacts more = one.withFeatures("emulated")
                .withFeatures(List.of("no-data-cache", "emulated"))
                .withCapabilities(37, 26)
                .withCapabilities(List.of(0));

        assertEquals(Set.of("emulated", "no-data-cache"), more.features());
        assertEquals(List.of(0, 26, 37), List.copyOf(more.capabilities()));
        assertTrue(more.isUniprocessor());
        assertTrue(more.hasCapability(26));
        assertFalse(more.hasCapability(27));
        assertTrue(more.hasFeature("no-data-cache"));
        assertFalse(more.hasFeature("no-instruction-cache"));
        assertEquals(Set.of(), one.features());
        assertEquals(Set.of(), one.capabilities());
        assertEquals(OptionalInt.of(4), more.withPresentCpus(4).presentCpus());
    }

    @Test
    void ofTwoSourcesTheFirstSaysHowManyCpusThereAre() {
        MachineFacts stated = MachineFacts.of(1).withFeatures("emulated").withCapabilities(3);
        MachineFacts read = MachineFacts.of(2).withFeatures("one-tlb").withCapabilities(1, 3);

        assertEquals(MachineFacts.of(1).withFeatures("emulated", "one-tlb").withCapabilities(1, 3), stated.with(read));
        assertEquals(MachineFacts.of(2), MachineFacts.unknown().with(MachineFacts.of(2)));
        assertEquals(stated, stated.with(MachineFacts.unknown()));
    }

    @Test
    void theSetsCannotBeChangedFromOutside() {
        MachineFacts facts = MachineFacts.of(2).withFeatures("emulated").withCapabilities(3);

        assertThrows(UnsupportedOperationException.class, () -> facts.features().add("more"));
        assertThrows(
                UnsupportedOperationException.class, () -> facts.capabilities().add(4));
    }

    @Test
    void equalFactsAreEqualInWhateverOrderTheyWereSaid() {
        MachineFacts facts = MachineFacts.unknown().withFeatures("a", "b").withCapabilities(1, 2);
        MachineFacts same = MachineFacts.unknown()
                .withCapabilities(2)
                .withFeatures("b", "a")
                .withCapabilities(1);

        assertEquals(facts, same);
        assertEquals(facts.hashCode(), same.hashCode());
        assertNotEquals(facts, facts.withPresentCpus(1));
        assertNotEquals(facts, facts.withCapabilities(3));
        assertNotEquals(facts, facts.withFeatures("c"));
        assertEquals("present CPUs: unknown, features: [a, b], capabilities: [1, 2]", same.toString());
    }

    @Test
    void whatNoMachineHasIsRefused() {
        MachineFacts unknown = MachineFacts.unknown();

        assertThrows(IllegalArgumentException.class, () -> unknown.withPresentCpus(0));
        assertThrows(IllegalArgumentException.class, () -> unknown.withFeatures(" "));
        assertThrows(IllegalArgumentException.class, () -> unknown.withCapabilities(-1));
    }

    @Test
    void aFeatureThatAnArchitectureDoesNotKnowIsRefusedWithThoseThatItKnows() {
        MachineFacts facts = MachineFacts.of(1).withFeatures("emulated", "one-tlb", "no-cache");
        facts.requireFeaturesAmong(Set.of("emulated", "one-tlb", "no-cache", "other"));

        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> facts.requireFeaturesAmong(Set.of("no-data-cache", "emulated")));

        assertEquals(
                "the architecture knows no machine feature no-cache, one-tlb; it knows emulated, no-data-cache",
                refused.getMessage());
    }
}
