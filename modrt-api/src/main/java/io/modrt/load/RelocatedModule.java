package io.modrt.load;

import org.apiguardian.api.API;

/** A module's final bytes, not yet in the target's memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RelocatedModule extends LinkedModule {

    /**
     * Writes each region to the target's memory once, and adds the module to the runtime's modules. If it fails, it restores what it wrote
     * over, unless the allocator says that there was {@linkplain io.modrt.memory.ModuleAllocator#fresh nothing worth keeping}.
     *
     * @throws IllegalStateException if the placement was closed, so that its addresses may be another module's, or was committed already
     * @throws io.modrt.error.StateException if a module of this name was loaded meanwhile, a module that this one uses was unloaded, or the
     *     runtime has become that of another kernel
     */
    default LiveModule commit() {
        return commit("");
    }

    /**
     * As {@link #commit()}, with values for the module's parameters, for example {@code nousb=1 quirks="a b"}. They are set once its bytes
     * are in memory and listeners know of it. Unknown ones are ignored with the kernel's warning, as {@link LiveModule#diagnostics} tells.
     *
     * @throws io.modrt.error.ParameterException if a parameter does not take its value; the load is undone then
     */
    LiveModule commit(String parameters);
}
