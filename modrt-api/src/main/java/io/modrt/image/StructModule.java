package io.modrt.image;

import io.modrt.address.Address;

/**
 * A {@code struct module} that a search has found.
 *
 * @param at where it is
 * @param name the name in it
 * @param state the number of its state: 0 live, 1 coming, 2 going, 3 unformed
 */
record StructModule(Address at, String name, int state) {}
