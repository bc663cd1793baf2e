package io.modrt.load;

import org.apiguardian.api.API;

/**
 * Where a module is in its life. All but {@link #LOADED} and {@link #UNLOADED} are the kernel's states.
 *
 * <p>In the kernel a module is live once its init function has returned. So it is here if the runtime has an {@link Executor}. Without one
 * nobody runs the function, and a module stays {@link #LOADED} until {@link LiveModule#initialized} says how the function fared.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ModuleState {
    /** Its bytes are being written to memory, and nobody can find it yet. */
    UNFORMED,
    /** Its bytes are in memory; listeners may still refuse it, then its init function runs. No other module can use it yet. */
    COMING,
    /** Other modules can use it, but nobody has run its init function. The kernel's files show it as coming. */
    LOADED,
    /** Its init function has returned, and its init memory is free. */
    LIVE,
    /** Its exit function runs, and it is being taken away. No other module can use it any more. */
    GOING,
    /** It is unloaded, and its memory is free. */
    UNLOADED;

    /** Whether other modules can be bound to it. */
    public boolean isUsable() {
        return this == LOADED || this == LIVE;
    }
}
