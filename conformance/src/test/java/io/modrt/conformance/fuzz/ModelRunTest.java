package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelRunTest {
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void eightThreadsSeeWhatTheModelSees() throws InterruptedException {
        ModelRun.Outcome outcome = new ModelRun(42).run(20_000, 8);
        assertEquals(List.of(), outcome.deviations());
        assertEquals(20_000, outcome.steps());
        assertTrue(outcome.refusals() > 1000, outcome.refusals() + " refusals");
    }
}
