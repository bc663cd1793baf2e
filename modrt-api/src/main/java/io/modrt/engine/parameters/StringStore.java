package io.modrt.engine.parameters;

import io.modrt.address.Address;

/** Memory of the target for the texts that parameters point to: the kernel keeps a copy of a module's arguments. */
@FunctionalInterface
public interface StringStore {

    /** Memory for {@code sizeBytes} bytes, which stays as long as the module. */
    Address take(int sizeBytes);
}
