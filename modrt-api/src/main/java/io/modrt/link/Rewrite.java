package io.modrt.link;

import io.modrt.address.AddressRange;
import org.apiguardian.api.API;

/**
 * A run of words that a step after relocation changed.
 *
 * @param by the name of the step, for example {@code jump table}; for a step of the architecture, the name of its
 *     {@link io.modrt.spi.Finisher}
 * @param range the words, all of which changed
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Rewrite(String by, AddressRange range) {}
