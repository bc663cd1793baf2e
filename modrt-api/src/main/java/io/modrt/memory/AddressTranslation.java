package io.modrt.memory;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.List;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/** How a kernel maps its virtual addresses to physical ones. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface AddressTranslation {

    /** The physical address of a virtual one; empty if nothing is mapped there. */
    OptionalLong physical(Address virtual);

    /** How many bytes, a power of two, are mapped together at least: addresses in one such block share their upper bits. */
    int pageBytes();

    /** The blocks of {@code area} that are mapped, ascending; neighbouring ones are one range. At most as many as the machine has memory for. */
    List<AddressRange> mapped(AddressRange area);

    /** What was found where, for a person. */
    String evidence();
}
