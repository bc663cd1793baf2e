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

/** The bytes that a module has once it is relocated, and how they came about: of a load under way, or of a module that is loaded. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface LinkedModule {

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

    /** The stubs that were made for it, in order of allocation; worked out from the file when they are asked for. */
    List<Stub> stubs();

    /** Everything that the load let pass so far. */
    List<Diagnostic> diagnostics();

    /**
     * The module as a linked ELF file, with its sections and symbols at their addresses and its debug information relocated; see
     * {@code ElfExport} in package {@code io.modrt.export}. A new array.
     */
    byte[] toElf();
}
