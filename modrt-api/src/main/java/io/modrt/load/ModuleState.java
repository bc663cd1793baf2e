package io.modrt.load;

import org.apiguardian.api.API;

/** Where a module is in its life, in the kernel's terms. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ModuleState {
    /** Its bytes are in memory; listeners may still refuse it. */
    COMING,
    /** It is loaded. */
    LIVE,
    /** It is being unloaded. */
    GOING,
    /** It is unloaded, and its memory is free. */
    UNLOADED
}
