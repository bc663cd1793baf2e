package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Optional;

/**
 * A record of a kernel's export table: value, name and, since 5.4, namespace. Without a namespace the third field is 0 or leads to an empty
 * string. A name may be the tail of a longer string, since linkers merge strings.
 *
 * @param symbol the symbol; nothing is known yet of the table that has it
 * @param at the address of the record
 */
record ExportRecord(KernelSymbol symbol, long at, long nameAddress, long namespaceAddress) {

    private static final int VALUE = 0;
    private static final int NAME = 1;
    private static final int NAMESPACE = 2;

    String name() {
        return symbol.name();
    }

    /** The record at {@code offset} of the array of bytes, if it reads as one in this shape: its name and namespace are names. */
    static Optional<ExportRecord> at(KernelBytes kernel, ExportShape shape, KernelBytes.Part part, int offset) {
        long nameAddress = shape.address(kernel, part, offset, NAME);
        String name = kernel.name(nameAddress).orElse("");
        if (!isSymbolName(name)) {
            return Optional.empty();
        }
        long namespaceAddress = shape.address(kernel, part, offset, NAMESPACE);
        Optional<String> namespace = namespaceAddress == 0 ? Optional.of("") : kernel.name(namespaceAddress);
        return namespace.map(text -> new ExportRecord(
                KernelSymbol.of(name, Address.of(shape.address(kernel, part, offset, VALUE)))
                        .exported(ExportKind.EXPORTED, text),
                part.addressOf(offset),
                nameAddress,
                namespaceAddress));
    }

    /** Whether it could be a symbol's name in C or in the millicode of PA-RISC, such as {@code $$divI}; other texts are no names. */
    private static boolean isSymbolName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '_' && c != '$' && c != '.' && !Character.isLetterOrDigit(c)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** What an unreadable record holds, for a message. */
    static String unreadable(KernelBytes kernel, ExportShape shape, KernelBytes.Part part, int offset) {
        long namespaceAddress = shape.address(kernel, part, offset, NAMESPACE);
        return "name at 0x" + Long.toHexString(shape.address(kernel, part, offset, NAME))
                + (namespaceAddress == 0 ? "" : " and namespace at 0x" + Long.toHexString(namespaceAddress))
                + " if its fields are " + shape.describe(kernel) + ", where no text is";
    }
}
