package io.modrt.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/** The call sites of the function tracer: the table that lists them, and their code. Stateless, without access to memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface TracingSites {

    /** The section that lists the sites, one {@code long} each; empty where the architecture has no tracing. */
    String tableSection();

    /**
     * From a table entry to the address by which the kernel knows the site: {@code ftrace_call_adjust}.
     *
     * @param entry the table entry
     * @param code the module's code, for kernels that look at the instruction there
     * @return the address, or 0 where the kernel drops the entry
     */
    default long site(long entry, CodeReader code) {
        return entry;
    }

    /** Whether the kernel leaves out an entry of 0 before it adjusts it. */
    default boolean skipsZero() {
        return true;
    }

    /** The address of the site that a table lists, in the target's width, or 0 where the kernel leaves the entry out. */
    default long listed(long entry, Width width, CodeReader code) {
        return entry == 0 && skipsZero() ? 0 : width.wrap(site(entry, code));
    }

    /**
     * Writes what the kernel writes at a site when the module is loaded, its {@code ftrace_init_nop}; nothing by default, where the
     * compiler's code stays.
     *
     * @param site the site's address
     * @throws io.modrt.error.ModrtException where the kernel finds other code than it expects; it then leaves this site and those
     *     behind it as they were compiled
     */
    default void writeOff(long site, ModuleImage image) {}

    /** The forms of sites in a module; of the code of one site at most one form says other than {@link SiteKind.State#FOREIGN}. */
    default List<? extends SiteKind> kinds(PlacedSections placed) {
        return List.of();
    }

    /** The kernel's functions that a site may call when it is on, by name; {@link PlacedSections#anchor} has their addresses. */
    default Set<String> kernelEntries() {
        return Set.of();
    }

    /** The trampolines for sites whose branch does not reach; empty where every site reaches every tracer. */
    default Optional<FtraceTrampoline> trampoline() {
        return Optional.empty();
    }

    /** No tracing. */
    static TracingSites none() {
        return () -> "";
    }
}
