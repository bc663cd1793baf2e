package io.modrt.engine;

import org.jspecify.annotations.Nullable;

/** What callbacks raised that must not keep the others from being called, exceptions and errors. The first is rethrown at the end. */
final class Failures {
    private @Nullable Throwable first;

    /** Runs a callback, whatever it raises. */
    void guard(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error failure) {
            add(failure);
        }
    }

    private void add(Throwable failure) {
        Throwable known = first;
        if (known == null) {
            first = failure;
        } else if (known != failure) {
            known.addSuppressed(failure);
        }
    }

    /** Adds what was raised to {@code failure}, which is raised in its place. */
    void addTo(Throwable failure) {
        Throwable known = first;
        if (known != null && known != failure) {
            failure.addSuppressed(known);
        }
    }

    /** Raises what was raised first, if anything was. */
    void rethrow() {
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
        if (first instanceof Error failure) {
            throw failure;
        }
    }
}
