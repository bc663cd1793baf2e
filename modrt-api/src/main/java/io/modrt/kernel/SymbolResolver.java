package io.modrt.kernel;

import java.util.Optional;
import org.apiguardian.api.API;

/** Says what a name stands for. */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SymbolResolver {

    /**
     * The symbol called {@code name}; empty where there is none. The same name gets the same answer throughout a load, in which
     * it is asked for once.
     */
    Optional<KernelSymbol> find(String name);
}
