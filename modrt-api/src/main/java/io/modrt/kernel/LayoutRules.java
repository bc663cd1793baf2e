package io.modrt.kernel;

import org.apiguardian.api.API;

/** How a kernel lays out the sections of a module. There have been three generations of rules; {@link KernelProfile#layoutRules} tells. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum LayoutRules {
    /** Until 2.6.28: one block for core and one for init, each with one area for stubs at its head. */
    STUBS_AT_HEAD,
    /** From 2.6.29 to 6.3: one block for core and one for init, with room for stubs in front of each section. */
    CORE_AND_INIT,
    /** Since 6.4: up to seven regions, allocated one by one, for the types of use ({@code enum mod_mem_type}). */
    MEMORY_TYPES;
}
