package io.modrt.spi;

import org.apiguardian.api.API;

/** The final value of each symbol of a module, by its index in the symbol table. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface SymbolValues {

    /** The value of symbol {@code symbolIndex}, zero-extended if addresses have 32 bits. */
    long value(int symbolIndex);
}
