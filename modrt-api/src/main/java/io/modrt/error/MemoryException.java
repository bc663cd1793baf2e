package io.modrt.error;

import org.apiguardian.api.API;

/** Target memory that cannot be read, written or reserved. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class MemoryException extends ModrtException {

    private static final long serialVersionUID = 1L;

    /** The exception for {@code refusal}. */
    public MemoryException(Refusal refusal) {
        super(refusal);
    }
}
