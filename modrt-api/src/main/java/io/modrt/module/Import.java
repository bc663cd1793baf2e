package io.modrt.module;

import java.util.OptionalLong;
import org.apiguardian.api.API;

/**
 * A symbol that a module wants from the kernel or from another module.
 *
 * @param symbol its number in the module's symbol table
 * @param name its name
 * @param crc the word that {@code __versions} records for the name, as wide as the target's {@code long}: a CRC, and never equal to one if
 *     an upper half is not zero; empty without a record
 * @param weak whether it may stay undefined
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Import(int symbol, String name, OptionalLong crc, boolean weak) {}
