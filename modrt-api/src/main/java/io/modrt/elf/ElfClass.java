package io.modrt.elf;

import org.apiguardian.api.API;

/** The width of an ELF file's structures. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ElfClass {
    /** ELFCLASS32. */
    ELF32(1, 4, 52, 40, 16),
    /** ELFCLASS64. */
    ELF64(2, 8, 64, 64, 24);

    private final int ident;
    private final int wordBytes;
    private final int headerBytes;
    private final int sectionHeaderBytes;
    private final int symbolBytes;

    ElfClass(int ident, int wordBytes, int headerBytes, int sectionHeaderBytes, int symbolBytes) {
        this.ident = ident;
        this.wordBytes = wordBytes;
        this.headerBytes = headerBytes;
        this.sectionHeaderBytes = sectionHeaderBytes;
        this.symbolBytes = symbolBytes;
    }

    /** The value of {@code e_ident[EI_CLASS]}. */
    public int ident() {
        return ident;
    }

    /** Bytes of an address, which is the target's {@code long}: 4 or 8. */
    public int wordBytes() {
        return wordBytes;
    }

    /** Bytes of the file header. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Bytes of a section header. */
    public int sectionHeaderBytes() {
        return sectionHeaderBytes;
    }

    /** Bytes of a symbol. */
    public int symbolBytes() {
        return symbolBytes;
    }
}
