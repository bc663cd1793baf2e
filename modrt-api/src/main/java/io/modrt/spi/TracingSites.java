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
     * The address by which the kernel knows the site of a table entry: its {@code ftrace_call_adjust}.
     *
     * @param entry the table entry
     * @param code the module's code, for kernels that look at the instruction there
     * @return the address, or 0 if the kernel leaves the entry out
     */
    default long site(long entry, CodeReader code) {
        return entry;
    }

    /** The alignment of instructions in bytes, which every site has. */
    default int alignmentBytes() {
        return 1;
    }

    /** Whether the kernel leaves out entries of 0 without adjusting them. */
    default boolean skipsZero() {
        return true;
    }

    /** The address of the site of a table entry, in the target's width, or 0 if the kernel leaves the entry out. */
    default long listed(long entry, Width width, CodeReader code) {
        return entry == 0 && skipsZero() ? 0 : width.wrap(site(entry, code));
    }

    /**
     * Writes the code that the kernel's {@code ftrace_init_nop} writes at a site when the module is loaded. By default it writes nothing,
     * for kernels that leave the compiler's code.
     *
     * @param site the site's address
     * @throws io.modrt.error.ModrtException if the kernel finds other code than it expects; it then leaves this site and those that
     *     follow as they were compiled
     */
    default void writeOff(long site, ModuleImage image) {}

    /** The kinds of sites in a module. For the code of one site, at most one kind has a state other than {@link SiteKind.State#FOREIGN}. */
    default List<? extends SiteKind> kinds(PlacedSections placed) {
        return List.of();
    }

    /** The kinds of sites in the kernel itself, of which the same holds; none if they are not known. */
    default List<? extends SiteKind> kernelKinds() {
        return List.of();
    }

    /**
     * The names of the kernel's functions that a site may call when it is on. {@link PlacedSections#anchor} has the addresses of their
     * code; a name that the runtime's symbols lack is not made up.
     */
    default Set<String> kernelEntries() {
        return Set.of();
    }

    /** The trampolines for sites whose branch does not reach a tracer; empty if every site reaches every tracer. */
    default Optional<FtraceTrampoline> trampoline() {
        return Optional.empty();
    }

    /** No tracing. */
    static TracingSites none() {
        return () -> "";
    }
}
