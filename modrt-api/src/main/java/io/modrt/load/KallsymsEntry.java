package io.modrt.load;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * A symbol of a module as {@code /proc/kallsyms} lists it.
 *
 * @param address its value
 * @param type the letter of its type, which is a capital if the module exports it to all other modules
 * @param name its name, as far as the kernel shows it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KallsymsEntry(Address address, char type, String name) {}
