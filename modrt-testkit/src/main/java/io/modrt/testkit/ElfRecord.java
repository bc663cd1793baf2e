package io.modrt.testkit;

/** The kinds of records of which an ELF file is made. */
enum ElfRecord {
    /** The file header. */
    HEADER(52, 64),
    /** A program header. */
    SEGMENT(32, 56),
    /** A section header. */
    SECTION(40, 64),
    /** A symbol. */
    SYMBOL(16, 24),
    /** A relocation with its addend in place. */
    REL(8, 16),
    /** A relocation with an explicit addend. */
    RELA(12, 24);

    private final int bytes32;
    private final int bytes64;

    ElfRecord(int bytes32, int bytes64) {
        this.bytes32 = bytes32;
        this.bytes64 = bytes64;
    }

    /** Bytes of one record in a file of this encoding. */
    int bytes(ElfEncoding encoding) {
        return encoding.is64Bit() ? bytes64 : bytes32;
    }
}
