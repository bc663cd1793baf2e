package io.modrt.kernel;

import java.util.Optional;
import org.apiguardian.api.API;

/** Resolves the names of symbols. */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SymbolResolver {

    /**
     * The symbol of this name; empty if there is none. A load asks once for each undefined symbol, and the answer must not change while it runs.
     */
    Optional<KernelSymbol> find(String name);
}
