package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import java.util.ArrayList;
import java.util.List;

/** What is found while a file is opened that is no reason to refuse it. */
final class Notes {
    private final String name;
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    Notes(String name) {
        this.name = name;
    }

    /** What starts a message: the file's name, a colon and a space, or nothing. */
    String where() {
        return name.isEmpty() ? "" : name + ": ";
    }

    /** Takes a note. */
    void add(Diagnostic.Kind kind, String text) {
        diagnostics.add(new Diagnostic(kind, name.isEmpty() ? "module" : name, text));
    }

    /**
     * Takes a note of a broken rule that {@code policy} relaxes.
     *
     * @param line what the kernel logs of it
     * @throws FormatException with ENOEXEC, if it does not
     */
    void relax(LoadPolicy policy, Rule rule, String text, String line) {
        if (!policy.isRelaxed(rule)) {
            throw new FormatException(Refusal.of(Errno.ENOEXEC, where() + text + "; relax Rule." + rule + " to load it")
                    .logged(line));
        }
        add(Diagnostic.Kind.RELAXED_RULE, text);
    }

    /** All notes so far. */
    List<Diagnostic> diagnostics() {
        return List.copyOf(diagnostics);
    }
}
