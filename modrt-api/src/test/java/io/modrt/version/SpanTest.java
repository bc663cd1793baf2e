package io.modrt.version;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanTest {
    private static final Span TWICE = Span.between("2.6.27", "4.9").and(Span.since("6.12"));

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
    2.6.26,   false
    2.6.27,   true
    4.4.302,  true
    4.9.0,    false
    6.11.999, false
    6.12.0,   true
    7.0.0,    true
    """)
    void aChangeMayComeBack(String version, boolean has) {
        assertEquals(has, TWICE.contains(KernelVersion.parse(version)));
    }

    @Test
    void theTextHasEachRange() {
        assertEquals("since 2.6.27 until 4.9.0, since 6.12.0", TWICE.toString());
        assertEquals("until 5.12.0", Span.until("5.12").toString());
    }
}
