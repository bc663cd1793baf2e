package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Code in the module's own memory that leads call sites to a tracer beyond the reach of their branches. The {@link ArchPlan} reserves room
 * for it if {@link io.modrt.policy.LoadPolicy#trampolines} asks for it; kernels reserve none. A trampoline loads its target from a literal,
 * its last {@link Width#bytes()} bytes, and jumps there, so that one aligned write changes its target. It changes no register and no stack
 * slot that is in use at a call site.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FtraceTrampoline {

    /** Bytes of one trampoline, a multiple of {@link Width#bytes()}. */
    int sizeBytes();

    /**
     * The addresses in a region at which there is room for trampolines, in reach of its sites; none unless the policy asked for them.
     */
    List<Address> places(PlacedSections placed, RegionKind region);

    /**
     * The code of the trampoline at {@code at}, without the literal behind it. A new array.
     *
     * @param at one of {@link #places}
     */
    byte[] code(Address at);
}
