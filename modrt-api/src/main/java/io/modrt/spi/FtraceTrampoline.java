package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * The words of an architecture's function-tracing sites, the table that lists them, and the trampolines for sites whose branch
 * does not reach. No state, no access to memory.
 *
 * <p>A trampoline is a piece of code in the module's own memory, in room that the architecture's {@link SectionSizer} reserves
 * where {@link io.modrt.policy.LoadPolicy#trampolines} asks for it; kernels reserve none. It loads its target from a literal, the last
 * {@link Width#bytes()} of its bytes, and jumps there; so one aligned write retargets it. It changes no register and no stack that
 * is in use at a site.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FtraceTrampoline {

    /** The section that lists the sites, one {@code long} each; empty where the architecture has no tracing. */
    String tableSection();

    /** From a table entry to the address by which the kernel knows the site. */
    default long site(long entry) {
        return entry;
    }

    /** Whether an entry of 0 is left out. */
    default boolean skipsZero() {
        return true;
    }

    /**
     * What the kernel writes at a site when the module is loaded, in writing order; nothing by default, where the compiler's
     * words stay.
     *
     * @param site the site's address
     * @param words takes each word
     */
    default void writeOff(long site, ModuleImage words) {}

    /** The forms of sites; of the words of one site at most one of them says other than {@link SiteKind.State#FOREIGN}. */
    default List<? extends SiteKind> kinds() {
        return List.of();
    }

    /** The kernel's functions that a site may call when it is on, by name; {@link PlacedModule#anchor} has their addresses. */
    default Set<String> kernelEntries() {
        return Set.of();
    }

    /** Bytes of one trampoline, a multiple of {@link Width#bytes()}; 0 where every site reaches every tracer. */
    default int trampolineBytes() {
        return 0;
    }

    /** The trampolines for which there is room in a region, in reach of its sites; none unless the load's policy reserved any. */
    default List<Address> trampolines(PlacedModule placed, RegionKind region) {
        return List.of();
    }

    /**
     * The code of the trampoline at {@code at}, from its start on, in front of its literal. A new array.
     *
     * @param at one of those for which there is room
     */
    default int[] trampoline(Address at) {
        throw new AssertionError("there are no trampolines");
    }

    /** No tracing. */
    static FtraceTrampoline none() {
        return new FtraceTrampoline() {
            @Override
            public String tableSection() {
                return "";
            }
        };
    }
}
