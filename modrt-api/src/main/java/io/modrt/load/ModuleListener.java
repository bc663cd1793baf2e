package io.modrt.load;

import org.apiguardian.api.API;

/**
 * Follows modules as they come and go, as a notifier of the kernel does. The thread that loads or unloads a module calls the listeners one
 * after the other, in the order in which they were added.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleListener {

    /**
     * The module's bytes are in memory; it is about to be live. An exception refuses the module: the load is undone, the exception rethrown.
     */
    default void coming(LiveModule module) {}

    /** The module is live. */
    default void live(LiveModule module) {}

    /** The module's init memory was freed. */
    default void initDropped(LiveModule module) {}

    /** The module is about to be unloaded, or a listener refused it after {@link #coming} was called here. */
    default void going(LiveModule module) {}
}
