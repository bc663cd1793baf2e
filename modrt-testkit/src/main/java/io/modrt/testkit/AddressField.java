package io.modrt.testkit;

import io.modrt.spi.TableShapes.Reference;
import java.util.List;
import org.apiguardian.api.API;

/**
 * How a table that the kernel reads writes an address, and by which relocations an assembler makes it.
 *
 * @param bytes bytes of the field
 * @param reference whether the field holds the address itself or the distance from the field
 * @param types the numbers of the relocations: one; or two, of which the first adds the address and the second subtracts the field's own
 * @param bias what the addend counts on top, where the relocation subtracts more than the field's address
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AddressField(int bytes, Reference reference, List<Integer> types, long bias) {

    /** Copies the list. */
    public AddressField {
        types = List.copyOf(types);
        if (types.isEmpty() || types.size() > 2) {
            throw new IllegalArgumentException("a field of " + types.size() + " relocations");
        }
        if (reference == Reference.ABSOLUTE && (bias != 0 || types.size() == 2)) {
            throw new IllegalArgumentException("an address that counts from a place");
        }
    }

    /** The address itself, in 8 bytes. */
    public static AddressField address64(int type) {
        return new AddressField(Long.BYTES, Reference.ABSOLUTE, List.of(type), 0);
    }

    /** The address itself, in 4 bytes. */
    public static AddressField address32(int type) {
        return new AddressField(Integer.BYTES, Reference.ABSOLUTE, List.of(type), 0);
    }

    /** The distance from the field, in 8 bytes; {@code types} as in the record. */
    public static AddressField distance64(Integer... types) {
        return new AddressField(Long.BYTES, Reference.FROM_FIELD, List.of(types), 0);
    }

    /** The distance from the field, in 4 bytes; {@code types} as in the record. */
    public static AddressField distance32(Integer... types) {
        return new AddressField(Integer.BYTES, Reference.FROM_FIELD, List.of(types), 0);
    }

    /** The same for a relocation that subtracts {@code moreBytes} more than the field's address. */
    public AddressField countingFrom(long moreBytes) {
        return new AddressField(bytes, reference, types, moreBytes);
    }
}
