package io.modrt.load;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * An entry of a module's table of static branches.
 *
 * @param code the place that is a branch or a no-op
 * @param target where the branch leads
 * @param key the static key that decides
 * @param isTakenWhenOff whether the branch is taken while the key is off; always false before Linux 4.3, where the key says it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record JumpLabel(Address code, Address target, Address key, boolean isTakenWhenOff) {}
