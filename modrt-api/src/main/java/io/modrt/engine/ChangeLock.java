package io.modrt.engine;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The lock under which the set of a kernel's modules changes: {@code module_mutex}. A load holds it only in its last step, while its bytes
 * are written, its module is listed and its callbacks run; reading, planning, placing, resolving and relocating run without it.
 *
 * <p>It is the outermost lock. Allocators, memories, symbol sources and {@link TargetChoice} have locks of their own, which may be taken
 * under it, and under which nothing of modrt takes it.
 */
final class ChangeLock {
    private static final long LONGEST_WAIT_SECONDS = 30;

    /** How often a thread looks whether the lock is free before it sleeps; longer than most changes take. */
    private static final int LOOKS = 2_000;

    private final ReentrantLock lock = new ReentrantLock();

    /** How many actions run, one in another, that rely on the set of modules; guarded by the lock. */
    private int steadyActions;

    /** Runs a change of the set of modules. Raises EBUSY in an action that relies on there being none. */
    void change(Runnable change) {
        take();
        try {
            if (steadyActions > 0) {
                throw new StateException(Refusal.of(
                        Errno.EBUSY,
                        "modules neither come nor go now: this was called back from something that relies on it, such as"
                                + " a switch of call sites"));
            }
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** Runs an action in which no module comes or goes. */
    <T> T steady(Supplier<T> action) {
        take();
        try {
            steadyActions++;
            return action.get();
        } finally {
            steadyActions--;
            lock.unlock();
        }
    }

    /** Whether this thread holds it. */
    boolean isHeldHere() {
        return lock.isHeldByCurrentThread();
    }

    /** Takes the lock. A change takes microseconds and waking a thread takes longer, so a thread first tries for as long as that. */
    private void take() {
        for (int i = 0; i < LOOKS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /**
     * Waits until no other thread changes the set of modules; at most 30 seconds, as the kernel does for a module whose init has not
     * returned. A thread that changes it itself, in a listener or an init function, would wait for itself, and does not.
     */
    void await() {
        if (isHeldHere()) {
            return;
        }
        try {
            if (lock.tryLock(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                lock.unlock();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
