package io.modrt.kernel;

/**
 * The fields of a kernel's export records: value and name, and since Linux 5.4 the namespace. Each is a pointer, or a signed 32-bit distance
 * from the field itself. Architectures whose linkers have such relocations choose distances since 4.19 (the kernel's
 * {@code HAVE_ARCH_PREL32_RELOCATIONS}): records are smaller, and a kernel that is loaded elsewhere need not change them.
 */
enum ExportShape {
    THREE_POINTERS(3, false, "three pointers"),
    TWO_POINTERS(2, false, "two pointers"),
    THREE_DISTANCES(3, true, "three 32-bit distances"),
    TWO_DISTANCES(2, true, "two 32-bit distances");

    private final int fields;
    private final boolean isRelative;
    private final String text;

    ExportShape(int fields, boolean isRelative, String text) {
        this.fields = fields;
        this.isRelative = isRelative;
        this.text = text;
    }

    int fieldBytes(KernelBytes kernel) {
        return isRelative ? Integer.BYTES : kernel.wordBytes();
    }

    int recordBytes(KernelBytes kernel) {
        return fields * fieldBytes(kernel);
    }

    /** The address that field {@code index} of the record at {@code offset} in the array of bytes says; 0 if there is none. */
    long address(KernelBytes kernel, KernelBytes.Part part, int offset, int index) {
        if (index >= fields) {
            return 0;
        }
        int field = offset + index * fieldBytes(kernel);
        if (!isRelative) {
            return kernel.word(field);
        }
        int distance = kernel.half(field);
        return distance == 0 ? 0 : kernel.wrap(part.addressOf(field) + distance);
    }

    /** For example {@code three pointers of 8 bytes}. */
    String describe(KernelBytes kernel) {
        return text + (isRelative ? "" : " of " + kernel.wordBytes() + " bytes");
    }
}
