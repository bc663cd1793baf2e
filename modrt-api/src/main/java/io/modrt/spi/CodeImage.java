package io.modrt.spi;

import org.apiguardian.api.API;

/**
 * Code and data by address that may be changed. {@code codeAt} uses the byte order of instructions, {@code wordAt} that of data. An address
 * at which there is nothing raises {@link io.modrt.error.FormatException}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface CodeImage extends CodeReader {

    /** Stores a 32-bit word of code at {@code address}. */
    void putCodeAt(long address, int word);

    /** The 32-bit word of data at {@code address}. */
    int wordAt(long address);

    /** Stores a 32-bit word of data at {@code address}. */
    void putWordAt(long address, int word);
}
