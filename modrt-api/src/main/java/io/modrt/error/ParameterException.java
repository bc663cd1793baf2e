package io.modrt.error;

import org.apiguardian.api.API;

/** A value that a parameter of a module does not take. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ParameterException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final String parameter;

    /** The exception for {@code refusal}. */
    public ParameterException(Refusal refusal, String parameter) {
        super(refusal);
        this.parameter = parameter;
    }

    /** The name of the parameter, as it was written. */
    public String parameter() {
        return parameter;
    }
}
