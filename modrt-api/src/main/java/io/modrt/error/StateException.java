package io.modrt.error;

import org.apiguardian.api.API;

/** A request that the module's state, or other modules, forbid: a duplicate name, a module in use. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class StateException extends ModrtException {

    private static final long serialVersionUID = 1L;

    /** The exception for {@code refusal}. */
    public StateException(Refusal refusal) {
        super(refusal);
    }
}
