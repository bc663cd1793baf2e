package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of patterns, each with what it takes and what not; worked out by hand from the rules of set_ftrace_filter. */
class NamePatternTest {

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # pattern     | name        | taken
            xfs_open      | xfs_open    | true
            xfs_open      | xfs_opens   | false
            XFS_open      | xfs_open    | false
            xfs_*         | xfs_open    | true
            xfs_*         | xfs_        | true
            xfs_*         | ixfs_open   | false
            *_open        | xfs_open    | true
            *_open        | xfs_opens   | false
            *_op*         | xfs_open    | true
            *_op*         | xfs_close   | false
            *             | xfs_open    | true
            **            | xfs_open    | true
            x*n           | xfs_open    | true
            x*n           | xfs_opens   | false
            *x*n          | axfs_open   | true
            xfs_?pen      | xfs_open    | true
            xfs_?pen      | xfs_pen     | false
            xfs_[a-o]pen  | xfs_open    | true
            xfs_[!a-n]pen | xfs_open    | true
            xfs_[!o]pen   | xfs_open    | false
            xfs_[^n]pen   | xfs_open    | false
            xfs_[^n]pen   | xfs_^pen    | true
            a[]b]c        | a]c         | true
            a[!]b]c       | a]c         | false
            a[!]b]c       | axc         | true
            a[bc          | a[bc        | true
            a[bc          | ab          | false
            a[z-b]c       | ayc         | false
            a\\*c         | a*c         | true
            a\\*c         | abc         | false
            a.c*          | abcd        | false
            a.?           | a.b         | true
            a.?           | axb         | false
            """)
    void takesWhatTheKernelTakes(String pattern, String name, boolean isTaken) {
        assertEquals(isTaken, NamePattern.of(pattern.replace("\\\\", "\\")).matches(name, 3));
    }

    @ParameterizedTest(name = "{0} of function {1}: {2}")
    @CsvSource({
        "3, 3, true",
        "0x3, 3, true",
        "03, 3, true",
        "3, 4, false",
        "3x, 3, false",
        "3, 0, false",
        "8021q, 0, false"
    })
    void aLeadingDigitCounts(String pattern, long position, boolean isTaken) {
        assertEquals(isTaken, NamePattern.of(pattern).matches("3", position));
    }
}
