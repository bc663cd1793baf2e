package io.modrt.memory;

import org.apiguardian.api.API;

/** What the kernel means a region of module memory to be used for. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Permission {
    /** Code, and whatever shares its block. */
    READ_WRITE_EXECUTE,
    /** Data alone. */
    READ_WRITE
}
