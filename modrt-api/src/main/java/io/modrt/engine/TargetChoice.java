package io.modrt.engine;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel of a runtime is: chosen by the file that is planned first, settled by the modules that are loaded. It has a lock of its own,
 * under which no callback is made, so that a plan does not wait for a load.
 */
final class TargetChoice {
    private final ModuleList modules;
    private final Object lock = new Object();
    private volatile @Nullable Target target;
    /** How many modules are being written; it grows under the lock alone. */
    private final AtomicInteger commits = new AtomicInteger();

    TargetChoice(ModuleList modules) {
        this.modules = modules;
    }

    /** What was chosen, if anything was. */
    @Nullable
    Target target() {
        return target;
    }

    /**
     * The present target if modules have settled it or it suits; otherwise what {@code other} makes, without the lock, since it asks the
     * embedder's code.
     */
    Target choose(Predicate<Target> suits, Supplier<Target> other) {
        while (true) {
            Target known = target;
            if (known != null && (isSettled() || suits.test(known))) {
                return known;
            }
            Target made = other.get();
            synchronized (lock) {
                if (target == known && (known == null || !isSettled())) {
                    target = made;
                    return made;
                }
            }
        }
    }

    /** Whether a module that is loaded, or being written, needs the target to stay. */
    private boolean isSettled() {
        return commits.get() > 0 || !modules.isEmpty();
    }

    /**
     * Settles the target until {@link #endCommit}, for a module that is going to be written.
     *
     * @throws StateException with ENOEXEC if it is no longer the one for which the module was planned
     */
    void beginCommit(Target planned, String name) {
        synchronized (lock) {
            if (target != planned) {
                throw new StateException(Refusal.of(
                                Errno.ENOEXEC,
                                "was planned for another kernel than the one that the runtime has become; plan it again")
                        .at(name));
            }
            commits.incrementAndGet();
        }
    }

    /** The module is listed, or was not loaded. */
    void endCommit() {
        commits.decrementAndGet();
    }
}
