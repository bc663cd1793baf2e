package io.modrt.module;

import io.modrt.bytes.Printable;
import io.modrt.kernel.ExportKind;
import java.util.OptionalInt;
import org.apiguardian.api.API;

/**
 * A symbol that a module exports: one entry of {@code __ksymtab} or another table of exports. Its section, type, binding and size are
 * {@code file.symbols().find(name)}'s; its address is that of {@code LiveModule.exports()}, once the module is loaded.
 *
 * @param name its name
 * @param namespace the namespace that users must import; empty for none
 * @param kind which table has it, and so who may use it
 * @param crc its entry in the table's CRCs, such as {@code __kcrctab}; empty if there are none
 * @param valueSymbol the number of the symbol that the value is relocated against
 * @param valueAddend what is added to that symbol's value, in bytes
 * @param table the number of the section that holds the entry
 * @param tableOffset where the entry starts, in bytes from the section's start; relocation stores the value in its first field
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Export(
        String name,
        String namespace,
        ExportKind kind,
        OptionalInt crc,
        int valueSymbol,
        long valueAddend,
        int table,
        long tableOffset) {

    /** Whether only modules with a GPL-compatible licence may use it. */
    public boolean gplOnly() {
        return kind.isGplOnly();
    }

    /** All components by name; the symbol's name is escaped. */
    @Override
    public String toString() {
        return "Export[name=" + Printable.name(name) + ", namespace=" + Printable.name(namespace) + ", kind=" + kind
                + ", crc=" + crc
                + ", valueSymbol=" + valueSymbol + ", valueAddend=" + valueAddend + ", table=" + table
                + ", tableOffset="
                + tableOffset + "]";
    }
}
