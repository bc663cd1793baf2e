package io.modrt.spi;

import org.apiguardian.api.API;

/** Reads code by address, in the byte order of {@link ArchKernel#codeOrder()}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface CodeReader {

    /** Whether {@code sizeBytes} bytes from {@code address} on can be read. */
    boolean holds(long address, int sizeBytes);

    /**
     * The 32-bit word of code at {@code address}, at any alignment.
     *
     * @throws io.modrt.error.FormatException if it cannot be read
     */
    int codeAt(long address);

    /**
     * The byte at {@code address}.
     *
     * @throws io.modrt.error.FormatException if it cannot be read
     */
    byte byteAt(long address);
}
