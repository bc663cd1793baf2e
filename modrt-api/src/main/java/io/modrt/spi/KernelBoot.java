package io.modrt.spi;

import java.util.List;
import org.apiguardian.api.API;

/**
 * What a kernel writes into its own code and constants when it boots, besides the call sites of the function tracer and static branches.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface KernelBoot {

    /**
     * Writes what the boot writes, as far as it can be computed.
     *
     * @throws io.modrt.error.FormatException if one of the kernel's tables leads out of the kernel
     */
    void rewrite(BootImage image);

    /** The functions whose code the boot generates for the processor at hand, which cannot be computed. */
    default List<Generated> generated() {
        return List.of();
    }

    /**
     * A function that is generated.
     *
     * @param name its name
     * @param start the symbol where its code begins
     * @param end the symbol where the room for its code ends
     */
    record Generated(String name, String start, String end) {}

    /** A boot that writes nothing. */
    static KernelBoot none() {
        return image -> {};
    }
}
