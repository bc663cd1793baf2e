package io.modrt.testkit.assertions;

import java.util.HexFormat;
import org.opentest4j.AssertionFailedError;

/** How numbers are written, and how an assertion fails. */
final class Texts {
    private Texts() {}

    /** For example {@code 0x0c002000}. */
    static String word(int word) {
        return "0x" + HexFormat.of().toHexDigits(word);
    }

    /** For example {@code 0xc0000008}. */
    static String number(long number) {
        return "0x" + Long.toHexString(number);
    }

    /** {@code 1 word}, {@code 2 words}. */
    static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** An error with what was expected and what is, which development environments show side by side. */
    static AssertionFailedError failure(String message, Object expected, Object actual) {
        return new AssertionFailedError(message, expected, actual);
    }
}
