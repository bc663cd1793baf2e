package io.modrt.spi;

import org.apiguardian.api.API;

/** How a relocation's value is stored in its place. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Store {
    /** The field is set to the value's bits. */
    SET,
    /** The value is added to what the field holds. */
    ADD,
    /** The value is subtracted from what the field holds. */
    SUB,
    /**
     * {@link RelocationType#replace} makes the new contents of the old ones and the value: for an opcode that depends on the value. A type
     * that is rewritten without any value is {@link Formula#CUSTOM} with {@link RelocationType#custom} 0.
     */
    REPLACE,
    /**
     * {@link ArchLoad#store} stores it: for places of no fixed size. Explanations show as many bytes of the place as the type's field has.
     */
    BY_LOAD
}
