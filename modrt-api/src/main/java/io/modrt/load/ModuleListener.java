package io.modrt.load;

import org.apiguardian.api.API;

/** Told as modules come and go, in the order of registration, by the thread that loads or unloads, one at a time. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleListener {

    /** The module's bytes are in memory and it is about to be live. An exception refuses it; all is undone and it is rethrown. */
    default void coming(LiveModule module) {}

    /** The module is live. */
    default void live(LiveModule module) {}

    /** The module's init memory was freed. */
    default void initDropped(LiveModule module) {}

    /** The module is about to be taken away, or was refused after {@link #coming}. */
    default void going(LiveModule module) {}
}
