package io.modrt.link;

import java.util.Optional;
import org.apiguardian.api.API;

/**
 * One applied relocation, explained.
 *
 * @param site the relocation and its numbers
 * @param value what the type's formula gave, before it was cut to the field
 * @param before the word or doubleword at the place, before
 * @param after the same, after
 * @param stub the stub through which the branch goes
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Relocation(RelocationSite site, long value, long before, long after, Optional<Stub> stub) {}
