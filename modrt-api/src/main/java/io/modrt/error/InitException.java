package io.modrt.error;

import org.apiguardian.api.API;

/** A module's init function returned a negative number, so the module was unloaded again. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class InitException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final int result;

    /** The exception for {@code refusal}, whose errno is that of {@code result} as far as it is the same on all architectures. */
    public InitException(Refusal refusal, int result) {
        super(refusal);
        this.result = result;
    }

    /** What the init function returned: the negative error number, as the architecture numbers it. */
    public int result() {
        return result;
    }
}
