package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.Optional;
import org.apiguardian.api.API;

/** All bytes of a linked kernel, by address, as {@link KernelBoot} changes them. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface BootImage extends CodeImage {

    /** Where the first section of this name lies; empty if the kernel has none with contents. */
    Optional<AddressRange> section(String name);

    /** The value of a symbol; empty if the kernel does not define it. */
    Optional<Address> symbol(String name);
}
