package io.modrt.kernel;

/** How a kernel's export records write the addresses of value, name and namespace. */
enum ExportShape {
    /** As three pointers. */
    POINTERS,

    /**
     * As three signed 32-bit distances, each from its own field. Architectures whose linkers have such relocations choose it
     * (the kernel's {@code HAVE_ARCH_PREL32_RELOCATIONS}): records are smaller, and a kernel that is loaded elsewhere need not change them.
     */
    DISTANCES;

    private static final int FIELDS = 3;

    int fieldBytes(KernelBytes kernel) {
        return this == POINTERS ? kernel.wordBytes() : Integer.BYTES;
    }

    int recordBytes(KernelBytes kernel) {
        return FIELDS * fieldBytes(kernel);
    }

    /** The address that field {@code index} of the record at {@code offset} in the array of bytes says; 0 if it holds nothing. */
    long address(KernelBytes kernel, KernelBytes.Part part, int offset, int index) {
        int field = offset + index * fieldBytes(kernel);
        if (this == POINTERS) {
            return kernel.word(field);
        }
        int distance = kernel.half(field);
        return distance == 0 ? 0 : kernel.wrap(part.addressOf(field) + distance);
    }

    /** For example {@code three pointers of 8 bytes}. */
    String describe(KernelBytes kernel) {
        return this == POINTERS
                ? "three pointers of " + kernel.wordBytes() + " bytes"
                : "three 32-bit distances, each from its own field";
    }
}
