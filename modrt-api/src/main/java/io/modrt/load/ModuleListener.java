package io.modrt.load;

import org.apiguardian.api.API;

/**
 * Follows modules as they come and go, as a notifier of the kernel does. The thread that loads or unloads a module calls the listeners one
 * after the other: those of higher priority first, of equal priority in the order in which they were added.
 *
 * <p>Listeners may load and unload other modules. They cannot unload the module that is coming or going, nor load one that uses it: that is
 * refused with EBUSY or ENOENT, where the kernel would wait in vain.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleListener {

    /**
     * The module's bytes are in memory; its parameters are about to be set and its init function to be run. An exception refuses the module:
     * the load is undone, the exception rethrown.
     */
    default void coming(LiveModule module) {}

    /**
     * The module is live: its init function has returned. An exception cannot refuse it any more; the other listeners are called, then the
     * first exception is rethrown.
     */
    default void live(LiveModule module) {}

    /** The module's init memory was freed. */
    default void initDropped(LiveModule module) {}

    /**
     * The module is about to be unloaded; or its load failed after {@link #coming} was called here. An exception does not keep it: the other
     * listeners are called, the module is unloaded, then the first exception is rethrown.
     */
    default void going(LiveModule module) {}
}
