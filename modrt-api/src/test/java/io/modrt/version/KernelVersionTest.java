package io.modrt.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.FormatException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelVersionTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    # release                    | version  | layout
    2.6.26-2-parisc              | 2.6.26   | STUBS_AT_HEAD
    2.6.28.10                    | 2.6.28   | STUBS_AT_HEAD
    2.6.29                       | 2.6.29   | CORE_AND_INIT
    6.1.0-50-4kc-malta           | 6.1.0    | CORE_AND_INIT
    6.3.13                       | 6.3.13   | CORE_AND_INIT
    6.4-rc1                      | 6.4.0    | MEMORY_TYPES
    6.12.95+deb13-5kc-malta      | 6.12.95  | MEMORY_TYPES
    6.12                         | 6.12.0   | MEMORY_TYPES
    6.12.y                       | 6.12.0   | MEMORY_TYPES
    6.12.                        | 6.12.0   | MEMORY_TYPES
    """)
    void aReleaseBeginsWithItsVersionWhichDecidesTheLayout(String release, String version, LayoutRules layout) {
        KernelVersion parsed = KernelVersion.parse(release);

        assertEquals(version, parsed.toString());
        assertEquals(layout, KernelProfile.of(parsed).layoutRules());
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "",
                "6",
                "6.",
                "v6.1",
                "six.one",
                "99999.1.2",
                "6.1.99999999999",
                "6.12345",
                "6..1",
                "6-1",
                "-6.1"
            })
    void whatBeginsWithNoVersionIsRefusedWithTheText(String release) {
        FormatException refusal = assertThrows(FormatException.class, () -> KernelVersion.parse(release));

        assertTrue(refusal.getMessage().contains("\"" + release + "\""), refusal.getMessage());
        assertTrue(refusal.beyondKernel());
    }

    @Test
    void versionsAreOrderedByNumberNotByText() {
        assertTrue(new KernelVersion(6, 12, 0).isAtLeast(new KernelVersion(6, 4, 0)));
        assertTrue(new KernelVersion(6, 1, 192).isAtLeast(new KernelVersion(6, 1, 192)));
        assertTrue(new KernelVersion(6, 1, 95).compareTo(new KernelVersion(6, 1, 192)) < 0);
    }

    @Test
    void noNumberIsNegative() {
        assertThrows(IllegalArgumentException.class, () -> new KernelVersion(6, -1, 0));
    }
}
