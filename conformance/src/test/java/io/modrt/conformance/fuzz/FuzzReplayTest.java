package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kept input is answered with a result or a refusal, in time and memory. */
class FuzzReplayTest {
    private static final int MOST_REPEATS = 3;

    static Stream<String> targets() {
        return FuzzTargets.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void keptInputsAreAnswered(String name) throws IOException, URISyntaxException {
        FuzzTarget target = Objects.requireNonNull(FuzzTargets.all().get(name));
        target.seeds().get().forEach(seed -> Execution.of(target, seed)); // why: the first ones load classes
        List<String> faults = new ArrayList<>();
        Path folder = Path.of(Objects.requireNonNull(FuzzReplayTest.class.getResource("/fuzz"))
                .toURI());
        Map<String, byte[]> kept = KeptInputs.of(folder, name);
        kept.forEach((input, bytes) -> check(target, bytes, input, faults));
        for (byte[] seed : target.seeds().get()) {
            check(target, seed, "a seed", faults);
        }
        assertEquals(List.of(), faults);
        assertTrue(!kept.isEmpty(), "no input is kept for " + name);
    }

    private static void check(FuzzTarget target, byte[] input, String what, List<String> faults) {
        Execution execution = Execution.of(target, input);
        for (int i = 0; i < MOST_REPEATS && execution.fault() != null; i++) { // why: the first run loads classes
            execution = execution.least(Execution.of(target, input));
        }
        if (execution.fault() != null) {
            faults.add(what + " " + execution.fault());
        }
    }

    @Test
    void anInputThatEscapesIsTold() {
        FuzzTarget target = new FuzzTarget("", List::of, input -> {
            throw new IllegalStateException("seen");
        });
        assertEquals(
                "raised java.lang.IllegalStateException: seen",
                Execution.of(target, new byte[0]).fault());
        FuzzTarget large = new FuzzTarget("", List::of, input -> Said.of(new byte[20 << 20].length));
        String fault = Execution.of(large, new byte[1]).fault();
        assertTrue(fault != null && fault.startsWith("allocated 2097"), fault);
    }
}
