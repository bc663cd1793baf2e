package io.modrt.memory;

import org.apiguardian.api.API;

/** What the kernel uses a region of module memory for. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Permission {
    /** It holds code, and until 6.3 the data of the same block. */
    READ_WRITE_EXECUTE,
    /** It holds data alone. */
    READ_WRITE
}
