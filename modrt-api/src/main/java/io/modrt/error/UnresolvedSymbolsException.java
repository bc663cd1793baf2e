package io.modrt.error;

import java.util.List;
import org.apiguardian.api.API;

/** All symbols that a module imports and neither the kernel nor a loaded module exports to it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class UnresolvedSymbolsException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final List<String> names;

    /** The exception for {@code refusal}; {@code names} are copied. */
    public UnresolvedSymbolsException(List<String> names, Refusal refusal) {
        super(refusal);
        this.names = List.copyOf(names);
    }

    /** The names, in the order of the module's symbol table. */
    public List<String> names() {
        return names;
    }
}
