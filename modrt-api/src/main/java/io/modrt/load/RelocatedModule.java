package io.modrt.load;

import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.link.Rewrite;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Stub;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** A module's final bytes, not yet in the target's memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RelocatedModule {

    /** The module with its symbol values, as it was before relocation. */
    ResolvedModule resolved();

    /** A copy of a region's bytes; empty if the module has no region of this kind. */
    byte[] bytes(RegionKind region);

    /** A copy of a section's bytes; empty if the section is not loaded. */
    byte[] bytes(Section section);

    /**
     * The bytes of a section after relocation alone, before the kernel's further changes. The section need not be loaded: debug information
     * is relocated with 0 as the address of every section that is not loaded. A new array, worked out anew on each call.
     */
    byte[] relocated(Section section);

    /** Every relocation of the loaded sections, in the order of application; worked out anew on each call. */
    Stream<Relocation> relocations();

    /**
     * The changes that the kernel makes after relocation: in the order of its steps, and within a step by region and ascending address.
     * Worked out anew on each call.
     */
    List<Rewrite> rewrites();

    /** How near the relocations of limited reach are to their limits; worked out anew on each call. */
    ReachReport reach();

    /** The stubs that were made for it. */
    List<Stub> stubs();

    /** Everything that the load let pass so far. */
    List<Diagnostic> diagnostics();

    /**
     * The module as a linked ELF file, with its sections and symbols at their addresses and its debug information relocated; see
     * {@code ElfExport} in package {@code io.modrt.export}. A new array.
     */
    byte[] toElf();

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
