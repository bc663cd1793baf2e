package io.modrt.spi;

import io.modrt.error.Refusal;
import org.apiguardian.api.API;

/** The addends of one relocation section, by entry in the order of application. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Addends {

    /** The addend of entry {@code index}: as it was set, or else that of SHT_RELA, or for SHT_REL what the place holds now. */
    long get(int index);

    /** Sets the addend of entry {@code index}, of a type with a {@link RelocationType#lowerHalf} without that half. */
    void set(int index, long addend);

    /** Makes entry {@code index} fail when its turn comes. */
    void refuse(int index, Refusal refusal);

    /**
     * Leaves the place of entry {@code index} as it is, and makes the section fail after its last entry, as a kernel does if the second
     * half of a pair is missing. A failure of any other entry comes first.
     */
    default void refuseAtEnd(int index, Refusal refusal) {
        refuse(index, refusal);
    }

    /**
     * Leaves the place of entry {@code index} as it is, although the kernel reports no failure.
     *
     * @param why what keeps the kernel from changing it, for a diagnostic
     */
    void leave(int index, String why);
}
