package io.modrt.kernel;

import org.apiguardian.api.API;

/** How a kernel lays a module out; three generations. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum LayoutRules {
    /** One block for core and one for init, with one area for stubs at the head of each: until 2.6.28. */
    STUBS_AT_HEAD,
    /** One block for core and one for init, with room for stubs in front of each section: 2.6.29 to 6.3. */
    CORE_AND_INIT,
    /** Up to seven separate allocations, by type of use: since 6.4. */
    MEMORY_TYPES;

    private static final KernelVersion FIRST_CORE_AND_INIT = new KernelVersion(2, 6, 29);
    private static final KernelVersion FIRST_MEMORY_TYPES = new KernelVersion(6, 4, 0);

    /** The rules of {@code version}. */
    public static LayoutRules of(KernelVersion version) {
        if (version.isAtLeast(FIRST_MEMORY_TYPES)) {
            return MEMORY_TYPES;
        }
        return version.isAtLeast(FIRST_CORE_AND_INIT) ? CORE_AND_INIT : STUBS_AT_HEAD;
    }
}
