package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A piece of code in the module's own memory that leads a call site to a tracer which its branch does not reach, in room that the
 * {@link ArchPlan} reserves where {@link io.modrt.policy.LoadPolicy#trampolines} asks for it; kernels reserve none. It loads its target
 * from a literal, the last {@link Width#bytes()} of its bytes, and jumps there; so one aligned write retargets it. It changes no register
 * and no stack that is in use at a site.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FtraceTrampoline {

    /** Bytes of one trampoline, a multiple of {@link Width#bytes()}. */
    int sizeBytes();

    /** The trampolines for which there is room in a region, in reach of its sites; none unless the load's policy reserved any. */
    List<Address> places(PlacedSections placed, RegionKind region);

    /**
     * The code of the trampoline at {@code at}, from its start on, in front of its literal. A new array.
     *
     * @param at one of {@link #places}
     */
    byte[] code(Address at);
}
