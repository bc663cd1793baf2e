package io.modrt;

import org.apiguardian.api.API;

/** Words that are not what a patch expects, or a patch that cannot be written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PatchException extends ModrtException {

    private static final long serialVersionUID = 1L;

    /** The exception for {@code refusal}. */
    public PatchException(Refusal refusal) {
        super(refusal);
    }
}
