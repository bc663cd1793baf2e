package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardTest {

    /** As glibc's fnmatch without flags answers in the C locale. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, nullValues = "-", textBlock = """
    # pattern          | text          | matches
    abc                | abc           | true
    abc                | abcd          | false
    *                  | -             | true
    a*                 | a             | true
    a*c                | abbbc         | true
    a*c                | abbb          | false
    *a*b*              | xxaxxbxx      | true
    a/b*               | a/b/c         | true
    ?                  | a             | true
    ?                  | -             | false
    [a-c]x             | bx            | true
    [a-c]x             | dx            | false
    [!a-c]x            | dx            | true
    [^a-c]x            | ax            | false
    []a]x              | ]x            | true
    [a-]x              | -x            | true
    [c-a]              | b             | false
    [[:digit:]]        | 7             | true
    [![:digit:]]       | 7             | false
    [[:alpha:]_]       | _             | true
    \\*                | *             | true
    \\*                | a             | false
    [\\]]              | ]             | true
    [abc               | [abc          | true
    [abc               | a             | false
    pci:v*d*sv*        | pci:v1d2sv3   | true
    """)
    void aPatternMatchesAsFnmatchDoes(String pattern, String text, boolean matches) {
        assertEquals(matches, new Wildcard(pattern.replace("\\\\", "\\")).matches(text == null ? "" : text));
    }

    @Test
    void manyStarsTakeNoExponentialTime() {
        Wildcard hostile = new Wildcard("*a".repeat(500) + "b");
        String text = "a".repeat(20_000);

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertFalse(hostile.matches(text)));
    }
}
