package io.modrt.module;

import io.modrt.bytes.Printable;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/**
 * An undefined symbol of a module, which the kernel or another module is to export. Who exports it, with which address, CRC, namespace and
 * licence, is known once the module is loaded: {@code LiveModule.imports()}.
 *
 * @param symbol its number in the module's symbol table
 * @param name its name
 * @param crc the {@code long} that {@code __versions} records for the name: the CRC that the export must have, and equal to no CRC if the
 *     upper half of a 64-bit one is not zero; empty without a record
 * @param weak whether it may stay undefined
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Import(int symbol, String name, OptionalLong crc, boolean weak) {
    /** All components by name; the symbol's name is escaped. */
    @Override
    public String toString() {
        return "Import[symbol=" + symbol + ", name=" + Printable.name(name) + ", crc=" + crc + ", weak=" + weak + "]";
    }
}
