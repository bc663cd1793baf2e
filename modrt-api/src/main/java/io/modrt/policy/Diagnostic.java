package io.modrt.policy;

import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * Something that the kernel lets pass in silence, or that a lenient policy let pass by name.
 *
 * @param kind what sort of thing
 * @param where the module, and the section and offset where there is one
 * @param text what is the matter, with the numbers
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Diagnostic(Kind kind, String where, String text) {

    /** Writes control characters from files as escapes. */
    public Diagnostic {
        where = Printable.of(where);
        text = Printable.of(text);
    }

    /** What sort of thing a diagnostic tells of. */
    public enum Kind {
        /** The kernel stores fewer bits than the value has, or ignores part of a relocation. */
        TRUNCATED_OR_IGNORED,
        /** A rule was broken that the policy relaxes. */
        RELAXED_RULE,
        /** The kernel would log a warning, or taint itself. */
        KERNEL_WARNING,
        /** Symbols that nobody knows were given addresses of their own. */
        PLACEHOLDERS,
        /** A place was left as it was, since the policy is best effort. */
        LEFT_AS_IT_WAS
    }

    /** Where, a colon and the text. */
    @Override
    public String toString() {
        return where + ": " + text;
    }
}
