package io.modrt.link;

import io.modrt.Diagnostic;
import io.modrt.LiveModule;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import java.util.List;
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

    /** The stubs that were made. */
    List<Stub> stubs();

    /** What happened in silence, or was let pass. */
    List<Diagnostic> diagnostics();

    /** Writes each region to the target's memory once, and makes the module one of the runtime's. */
    LiveModule commit();
}
