package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Optional;

/**
 * A record of a kernel's export table since 5.4: three absolute pointers, to the value, the name and the namespace. The last is
 * 0 or points at nothing but NUL where there is none. Both widths of MIPS and PA-RISC have this form.
 */
record ExportRecord(KernelSymbol symbol, long nameAddress, long namespaceAddress) {

    private static final int WORDS = 3;

    static int bytes(KernelBytes kernel) {
        return WORDS * kernel.wordBytes();
    }

    /** What stands at {@code offset} of the array, if it has the shape of a record. */
    static Optional<ExportRecord> at(KernelBytes kernel, int offset) {
        long nameAddress = kernel.word(offset + kernel.wordBytes());
        long namespaceAddress = kernel.word(offset + 2 * kernel.wordBytes());
        return kernel.name(nameAddress)
                .filter(name -> !name.isEmpty())
                .flatMap(name -> namespace(kernel, namespaceAddress)
                        .map(namespace -> new ExportRecord(
                                KernelSymbol.of(name, Address.of(kernel.word(offset)))
                                        .exported(namespace, false),
                                nameAddress,
                                namespaceAddress)));
    }

    private static Optional<String> namespace(KernelBytes kernel, long address) {
        return address == 0 ? Optional.of("") : kernel.name(address);
    }
}
