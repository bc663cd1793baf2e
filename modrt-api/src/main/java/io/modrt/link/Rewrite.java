package io.modrt.link;

import io.modrt.address.AddressRange;
import org.apiguardian.api.API;

/**
 * Words of a module that are not as relocation left them.
 *
 * @param by what changed them, for example {@code jump table}; for what an architecture does, the name of its
 *     {@link io.modrt.spi.Finisher}
 * @param range the words, each of which differs
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Rewrite(String by, AddressRange range) {}
