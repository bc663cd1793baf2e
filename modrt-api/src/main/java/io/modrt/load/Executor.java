package io.modrt.load;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * Runs functions of modules: an emulator, or the process itself. The runtime calls it while a module comes ({@code do_init_module}: the
 * constructors, then init) and while it goes ({@code delete_module}: exit), on the thread that loads or unloads the module.
 */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Executor {

    /**
     * Runs a function without arguments and returns its result as a C {@code int}; the results of constructors and exit functions, which
     * have none, are not looked at. An exception from a constructor or init function refuses the module; one from an exit function is
     * rethrown once the module is gone. The function may load further modules.
     *
     * @param function the pointer through which the kernel would call it; the address of a descriptor where the architecture has those
     */
    int call(LiveModule module, Address function);
}
