package io.modrt.load;

import org.apiguardian.api.API;

/** Where a module is in its life, in the kernel's terms. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ModuleState {
    /** Its bytes are in memory, its init function has not run; listeners may still refuse it. */
    COMING,
    /** Loaded. */
    LIVE,
    /** Being taken away. */
    GOING,
    /** Taken away: its memory is free. */
    UNLOADED
}
