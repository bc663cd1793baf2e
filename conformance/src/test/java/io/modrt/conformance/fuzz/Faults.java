package io.modrt.conformance.fuzz;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts the calls of an embedder's code, all kinds together, and lets one of them raise something. */
final class Faults {
    private @Nullable Supplier<? extends Throwable> raised;
    private int left;
    private String failed = "";

    /** Lets the {@code n}-th call from now on fail. */
    void failAt(int n, Supplier<? extends Throwable> failure) {
        left = n;
        raised = failure;
        failed = "";
    }

    /** Lets no call fail any more; returns the one that has failed, empty if none has. */
    String heal() {
        raised = null;
        return failed;
    }

    /** Called by each of the embedder's methods, first of all. */
    void call(String what) {
        Supplier<? extends Throwable> failure = raised;
        if (failure != null && --left == 0) {
            failed = what;
            Faults.<RuntimeException>raise(failure.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable failure) throws T {
        throw (T) failure;
    }
}
