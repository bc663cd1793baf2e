package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleasePatternTest {

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
    *                | 6.1.0      | true
    4.4.4            | 4.4.4      | true
    4.4.4            | 4x4x4      | true
    4\\.4\\..*       | 4.4.4      | true
    4\\.4\\..*       | 4.5.4      | false
    ^4\\.            | 14.4       | false
    4$               | 4.4        | true
    4$               | 4.5        | false
    6.[0-3].         | 6.2.9      | true
    6.[^0-3].        | 6.2.9      | false
    1.*-amd64        | 6.1.0-amd64 | true
    4.+4             | 4.4.4      | true
    ^4.+4$           | 44         | false
    ^4\\.?4$        | 44         | true
    """)
    void aReleaseIsFound(String pattern, String release, boolean found) {
        assertEquals(
                Optional.of(found),
                ReleasePattern.of(pattern.replace("\\\\", "\\")).map(known -> known.isIn(release)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a*)*", "[a", "a\\", "[[:digit:]]", "a{3}", "a|b", "a**"})
    void whatIsNotKnownIsNotGuessed(String pattern) {
        assertEquals(Optional.empty(), ReleasePattern.of(pattern).map(known -> known.isIn("a")));
    }

    @Test
    void manyRepetitionsTakeNoExponentialTime() {
        ReleasePattern hostile = ReleasePattern.of("a*".repeat(2000) + "b").orElseThrow();

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertFalse(hostile.isIn("a".repeat(1000))));
    }
}
