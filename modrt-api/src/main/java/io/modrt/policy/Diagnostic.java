package io.modrt.policy;

import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * Something that a load let pass: because the kernel does so silently or with a warning, or because the policy says so.
 *
 * @param kind the reason why it passed
 * @param where the module, with the section and offset if one place is at fault
 * @param text what is wrong, with the numbers
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Diagnostic(Kind kind, String where, String text) {

    /** Writes control characters from files as escapes, and cuts texts of more than 8,192 characters. */
    public Diagnostic {
        where = Printable.line(where);
        text = Printable.line(text);
    }

    /** Why a load let something pass. */
    public enum Kind {
        /** The kernel stores fewer bits than the value has, or ignores part of a relocation. */
        TRUNCATED_OR_IGNORED,
        /** The module breaks a rule that the policy relaxes. */
        RELAXED_RULE,
        /** The kernel would log a warning. */
        KERNEL_WARNING,
        /** The module taints the kernel, which says so in its log the first time. */
        TAINT,
        /** The kernel checks something of which modrt does not know enough, and might refuse the module. */
        NOT_CHECKED,
        /** The kernel checks nothing here and would use a wrong address or number: it would probably crash, at once or later. */
        KERNEL_CRASH,
        /** Symbols that neither the kernel nor a loaded module exports were given made-up addresses. */
        PLACEHOLDERS,
        /** A place was left as it was, because the policy is best effort. */
        LEFT_AS_IT_WAS
    }

    /** Where, a colon and the text. */
    @Override
    public String toString() {
        return where + ": " + text;
    }
}
