package io.modrt.spi;

import org.apiguardian.api.API;

/** How a relocation's value comes to its place. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Store {
    /** The field is cleared and takes the value's bits. */
    SET,
    /** The value is added to what the field holds. */
    ADD,
    /** The value is subtracted from what the field holds. */
    SUB,
    /** {@link RelocationType#replace} makes the new contents from the old ones and the value: an opcode that depends on the value. */
    REPLACE,
    /** {@link ArchLoad#store} stores it: places of no fixed size. Explanations show as many bytes of them as the type's field has. */
    BY_LOAD
}
