package io.modrt.ftrace;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * A trampoline in a module's memory, as it was when it was asked for.
 *
 * @param address the address of its first instruction, which call sites call
 * @param target the address to which it jumps, which is its literal
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Trampoline(Address address, Address target) {

    /** For example {@code 0xc0000000 -> 0x80123450}. */
    @Override
    public String toString() {
        return address + " -> " + target;
    }
}
