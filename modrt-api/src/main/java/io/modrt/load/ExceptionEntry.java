package io.modrt.load;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * An entry of a module's exception table.
 *
 * @param instruction the instruction that may fault
 * @param fixup where the kernel goes on if it does
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ExceptionEntry(Address instruction, Address fixup) {}
