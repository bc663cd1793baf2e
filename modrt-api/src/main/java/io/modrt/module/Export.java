package io.modrt.module;

import java.util.OptionalInt;
import org.apiguardian.api.API;

/**
 * A symbol that a module exports: one entry of {@code __ksymtab} or {@code __ksymtab_gpl}.
 *
 * @param name its name
 * @param namespace the namespace that users must import; empty for none
 * @param gplOnly whether only modules with a compatible licence may use it
 * @param crc its entry in {@code __kcrctab} or {@code __kcrctab_gpl}; empty without that table
 * @param valueSymbol the number of the symbol that the value is relocated against
 * @param valueAddend what is added to that symbol's value, in bytes
 * @param table the number of the section that holds the entry
 * @param tableOffset where the entry starts, in bytes from the section's start; relocation stores the value in its first field
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Export(
        String name,
        String namespace,
        boolean gplOnly,
        OptionalInt crc,
        int valueSymbol,
        long valueAddend,
        int table,
        long tableOffset) {}
