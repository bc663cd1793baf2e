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

    /** The symbols that went in. */
    ResolvedModule resolved();

    /** The bytes of a region, a copy; empty where the module has none of this kind. */
    byte[] bytes(RegionKind region);

    /** The bytes of a loaded section, a copy; empty for one that is not loaded. */
    byte[] bytes(Section section);

    /**
     * The bytes of a section as relocation alone leaves them, before what the kernel does afterwards; also of a section that is
     * not loaded, such as debug information (its own address counts as 0, as that of all sections that are not loaded).
     */
    byte[] relocated(Section section);

    /** Every relocation of the loaded sections, in the order of application; worked out anew on each call. */
    Stream<Relocation> relocations();

    /**
     * What the kernel changes after relocation, step by step in its order, each by ascending regions and addresses; worked out on
     * each call.
     */
    List<Rewrite> rewrites();

    /** How near the limited relocations are to their limits, before anything is loaded; worked out on each call. */
    ReachReport reach();

    /** The stubs that were made. */
    List<Stub> stubs();

    /** What happened in silence, or was let pass. */
    List<Diagnostic> diagnostics();

    /**
     * Writes each region to the target's memory once, and makes the module one of the runtime's.
     *
     * @throws IllegalStateException where the placement was closed, so that its addresses may be another's, or is live already
     * @throws io.modrt.error.StateException where a module of this name, or one that this one uses, came or went since
     */
    LiveModule commit();
}
