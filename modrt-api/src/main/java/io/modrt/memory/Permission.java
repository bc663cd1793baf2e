package io.modrt.memory;

import org.apiguardian.api.API;

/** What may be done with pages of module memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Permission {
    /** All: code, and until 6.3 the data of the same block. */
    READ_WRITE_EXECUTE,
    /** Data alone. */
    READ_WRITE,
    /** Code of a kernel that protects it. */
    READ_EXECUTE,
    /** Constants of a kernel that protects them. */
    READ
}
