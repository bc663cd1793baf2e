package io.modrt.error;

import org.apiguardian.api.API;

/** A module that cannot be laid out or placed: sizes, addresses or sections that do not fit. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LayoutException extends ModrtException {

    private static final long serialVersionUID = 1L;

    /** The exception for {@code refusal}. */
    public LayoutException(Refusal refusal) {
        super(refusal);
    }
}
