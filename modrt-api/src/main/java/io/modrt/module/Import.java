package io.modrt.module;

import io.modrt.bytes.Printable;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import java.util.ArrayList;
import java.util.List;
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
    /** The undefined symbols of {@code symbols}, in their order, with the CRCs in {@code versions}. */
    static List<Import> of(SymbolTable symbols, VersionRecords versions) {
        List<Import> found = new ArrayList<>();
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF) {
                String symbol = symbols.name(i);
                boolean weak = symbols.binding(i) == Symbol.STB_WEAK;
                found.add(new Import(i, symbol, versions.crc(symbol, true), weak));
            }
        }
        return List.copyOf(found);
    }

    /** All components by name; the symbol's name is escaped. */
    @Override
    public String toString() {
        return "Import[symbol=" + symbol + ", name=" + Printable.name(name) + ", crc=" + crc + ", weak=" + weak + "]";
    }
}
