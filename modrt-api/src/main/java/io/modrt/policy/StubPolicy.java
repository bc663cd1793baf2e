package io.modrt.policy;

import org.apiguardian.api.API;

/**
 * How branches that do not reach their targets are bridged. Each architecture documents what the values mean for it; one that does
 * not ask for the policy treats all of them as {@link #KERNEL_EXACT}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum StubPolicy {
    /** As the kernel of the profile does: with its stubs, or with its refusal if it has none. */
    KERNEL_EXACT,
    /** One stub for each target within a region, shared by all branches to it, even if the kernel has no stubs. */
    SHARED,
    /** Stubs in front of and behind each section, so that sections up to twice a branch's reach still link. */
    FURTHER_REACH
}
