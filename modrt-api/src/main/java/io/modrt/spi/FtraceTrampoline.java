package io.modrt.spi;

import org.apiguardian.api.API;

/** The words of an architecture's function-tracing sites, and the table that lists them. No state, no access to memory. */
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
     * What the kernel writes at a site when the module is loaded, in writing order; nothing where the compiler's words stay.
     *
     * @param site the site's address
     * @param words takes each word
     */
    void writeOff(long site, ModuleImage words);

    /** No tracing. */
    static FtraceTrampoline none() {
        return new FtraceTrampoline() {
            @Override
            public String tableSection() {
                return "";
            }

            @Override
            public void writeOff(long site, ModuleImage words) {
                throw new AssertionError("there are no sites");
            }
        };
    }
}
