package io.modrt.load;

import io.modrt.address.Address;
import org.apiguardian.api.API;

/**
 * An address as the kernel names it in its log: {@code %pS}.
 *
 * @param module the module
 * @param symbol the name of the symbol at the address or in front of it
 * @param sizeBytes how far it is to the next symbol, or to the end of the module's code
 * @param start where that symbol is
 * @param offset bytes from {@code start} to the address
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record NamedAddress(String module, String symbol, long sizeBytes, Address start, long offset) {

    /** For example {@code usb_alloc_dev+0x24/0x3f0 [usbcore]}. */
    @Override
    public String toString() {
        return symbol + "+0x" + Long.toHexString(offset) + "/0x" + Long.toHexString(sizeBytes) + " [" + module + "]";
    }
}
